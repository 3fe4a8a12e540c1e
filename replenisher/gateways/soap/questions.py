"""Where the documents of both SOAP services contradict themselves or are silent, and what replenisher does then."""

from __future__ import annotations

from replenisher.gateways.observations import Question

ELEMENT_ORDER = Question(
    "element_order",
    "captured answers in the description's order, hand-made ones in the alphabet's",
    "finds elements by their exact names, in any order",
)
DATE_FORMATS = Question(
    "date_formats",
    "ISO where the description says dateTime; samples such as 1/21/2016 4:58:24 PM and 10/14/2016 09:39:05",
    "reads all three; a date that is none of them refuses the report",
)
EMPTY_ARRAYS = Question(
    "empty_arrays", "an empty list may be an empty element or none at all", "reads either as no rows"
)
IDENTITY_ELEMENT = Question(
    "identity_element",
    "Vendor in some operations and vendor in others; client in CMI",
    "writes what the description of each operation says",
)
STORE_ID_MEANING = Question(
    "store_id_meaning",
    "StoreID is -1 for all stores, or the store asked about, or reserved",
    "sends -1 for a company as a whole and the store's id for its own reports; rows of other stores are passed over",
)
FAULT_SHAPE = Question(
    "fault_shape",
    "faults come as HTTP 500 with a sentence; the words for a thing that is not there are not told",
    "judges a fault by its words, never by its status; unknown words mean `ask again` or `look it up`",
)
LIST_WINDOWS = Question(
    "list_windows",
    "the list of orders ends with the end of the end day, or at its midnight",
    "asks for a day more and leaves out what is younger than the window",
)
DATE_INCLUSIVE = Question(
    "date_inclusive",
    "reports cover midnight of the first day to the end of the last",
    "asks up to today and again the next day (`report_days` overlap)",
)
NOT_SUPPLIED = Question(
    "not_supplied",
    "-1, the zero guid and the year 1 stand for `not supplied`",
    "reads them as missing, never as a number or a date",
)
REFUND_SIGN = Question(
    "refund_sign",
    "nothing on the sign of a refund's quantity",
    "Refund says what it is; the size of the quantity says how many",
)
ABSENT_ORDER = Question(
    "absent_order",
    "nothing on what a look-up of an unknown reference answers",
    "takes an answer without an order, and a fault that says so, as `not there`",
)
DUPLICATE_POLICY = Question(
    "duplicate_policy",
    "a fault for a vendor invoice number used before, at the store or in the company",
    "takes that fault as `our earlier try succeeded` and looks the order up",
)
UNKNOWN_FIELDS = Question(
    "unknown_fields", "elements may be added unannounced", "passes over elements that it does not know"
)
MINMAX_LOCK = Question(
    "minmax_lock",
    "MinMaxLocked keeps others from changing the levels",
    "plans with the levels that are reported; `levels import --push` tells which are locked",
)
SERVER_CLOCK = Question(
    "server_clock",
    "nothing on the platform's clock or the zone of its dates",
    "windows follow the clock of the Date header, waits and leases that of PostgreSQL",
)
ORDER_KEY = Question(
    "order_id_as_key",
    "a PurchaseOrderID that is used twice is a fault",
    "chooses it from its own order, the same on every try",
)
ORDER_ECHO = Question(
    "order_echo",
    "a sample sends quantity 1 and is answered 4",
    "compares the answer with what was sent; a difference needs a person",
)
WRITES = (ORDER_KEY, ORDER_ECHO)
