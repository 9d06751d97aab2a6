"""What does the world behind an SMS number look like? A simulated carrier and the phones of its fictional people.

It stands in for Twilio and behaves as Twilio's documentation says, over HTTP alone: the product sends with the REST
API (basic auth, form fields, Twilio's JSON and error codes) and is told of texts and of delivery by signed webhooks.
It imports nothing else of ours, so it can be wrong only where it misreads that documentation. Everything is kept in
memory and bounded; nothing leaves this machine, and nothing of a text is logged.

What happens to STOP, START and HELP depends on the mode (`keywords.OptOutMode`), as it does at Twilio:

- `default`: what a long code does when nobody asked for anything else. STOP (or STOPALL, UNSUBSCRIBE, CANCEL, END,
  QUIT, REVOKE, OPTOUT) blocks the pair of numbers at once; the carrier confirms in its own words; the webhook comes as
  for any other text; and every send to that pair is refused with 400 and code 21610, the product's own confirmation
  included. START, UNSTOP and, from a blocked number, YES lift the block. A lifted block is confirmed, HELP is answered.
- `advanced`: the same with Advanced Opt-Out of a messaging service: the webhook says `OptOutType` STOP, START or HELP,
  by which the product knows that the carrier has answered already.
- `gateway`: the default handling was switched off on request, as it may be for customers who handle opt-outs
  themselves. Nothing is blocked and nothing answered here; what a STOP means is the product's own business.

A webhook is tried again only as Twilio does by default (retry count 1, policy "connect timeout"): once, when no
connection could be made. An answer of 4xx or 5xx, or none within 15 seconds, is not tried again. TwiML in an answer is
not run. Where the documentation is silent we chose: a repeated STOP and a HELP from a blocked number get no reply, and
a message that is still queued is found by the time at which it was made.
"""
