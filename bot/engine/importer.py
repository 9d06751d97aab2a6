"""How does the wording get into the model? As part of the domain, so that editing it trains no component anew."""

from __future__ import annotations

import copy
import functools

from rasa.shared.core.domain import Domain, InvalidDomain
from rasa.shared.importers.rasa import RasaFileImporter
from rasa.shared.importers.utils import training_data_from_paths
from rasa.shared.nlu.training_data.training_data import TrainingData


class WordingImporter(RasaFileImporter):
    """Reads a Rasa project as Rasa does, but hands on `data/responses` with the domain and not with the NLU data.

    Rasa counts responses in data files as training data: a changed comma would train the whole pipeline again.
    """

    def get_nlu_data(self, language: str | None = "en") -> TrainingData:
        """The examples without the responses."""
        return TrainingData(
            # Copies: Rasa adds to examples while it trains.
            training_examples=copy.deepcopy(self._files.training_examples),
            entity_synonyms=self._files.entity_synonyms,
            regex_features=self._files.regex_features,
            lookup_tables=self._files.lookup_tables,
        )

    def get_domain(self) -> Domain:
        """The domain with the responses of the data files. Raises InvalidDomain when a key is written twice."""
        return super().get_domain().merge(Domain.from_dict({"responses": self._files.responses}))

    @functools.cached_property
    def _files(self) -> TrainingData:
        # Once: Rasa asks again and again, and reading thousands of examples takes seconds.
        files = [training_data_from_paths([file], "en") for file in self._nlu_files]
        written = [key for file in files for key in file.responses]
        twice = sorted({key for key in written if written.count(key) > 1})
        if twice:
            # Rasa would let the file that comes last win.
            raise InvalidDomain(f"These responses are written in two files: {', '.join(twice)}")
        return TrainingData().merge(*files)
