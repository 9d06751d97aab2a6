"""How does the wording get into the model? As part of the domain, so that editing it trains no component anew."""

from __future__ import annotations

from rasa.shared.core.domain import Domain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.nlu.training_data.training_data import TrainingData


class WordingImporter(RasaFileImporter):
    """Reads a Rasa project as Rasa does, but hands on `data/responses` with the domain and not with the NLU data.

    Rasa counts responses in data files as training data: a changed comma would train the whole pipeline again.
    """

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The examples without the responses."""
        data = super().get_nlu_data(language)
        return TrainingData(
            training_examples=data.training_examples,
            entity_synonyms=data.entity_synonyms,
            regex_features=data.regex_features,
            lookup_tables=data.lookup_tables,
        )

    def get_domain(self) -> Domain:
        """The domain with the responses of the data files. Raises InvalidDomain when a key is written twice."""
        responses = super().get_nlu_data().responses
        return super().get_domain().merge(Domain.from_dict({"responses": responses}))
