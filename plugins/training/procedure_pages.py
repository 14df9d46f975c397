"""Which procedures have a page of their own: the list that plugins/procedures.py serves."""

from training.contact_desk import ContactDesk
from training.local_desk import CommissionDesk, SupportDesk
from training.plan_desk import PlanDesk
from training.procedure_desk import ProcedureDesk
from training.retraining_desk import RetrainingDesk

DESKS: dict[str, type[ProcedureDesk]] = {
    desk.path: desk for desk in (ContactDesk, PlanDesk, CommissionDesk, SupportDesk, RetrainingDesk)
}
