"""asyncua's subscriptions, taught to publish the values of `bulk` with their own."""
# asyncua's own types (NodeId's arguments, private exports) do not fit what it accepts and returns at run time.
# pyright: reportPrivateImportUsage=false, reportArgumentType=false, reportAttributeAccessIssue=false
# pyright: reportOptionalMemberAccess=false, reportCallIssue=false

from asyncua import ua
from asyncua.server.internal_server import InternalServer
from asyncua.server.internal_subscription import InternalSubscription
from asyncua.server.subscription_service import SubscriptionService

from twinviewer.plant.bulk import BulkValues


class BulkSubscriptions(SubscriptionService):
    """asyncua's subscription service, whose subscriptions also publish bulk values.

    Only bound methods of each new subscription are replaced; asyncua itself stays as it is.
    """

    def __init__(self, server: InternalServer) -> None:
        super().__init__(server.aspace, server)
        self.values: BulkValues | None = None

    async def create_subscription(self, *args: object, **named: object) -> ua.CreateSubscriptionResult:
        """As asyncua's; the new subscription then listens to the bulk values."""
        result = await super().create_subscription(*args, **named)  # type: ignore[arg-type]
        subscription = self.subscriptions.get(result.SubscriptionId)
        if subscription is not None and self.values is not None:
            _attach(subscription, self.values)
        return result

    async def delete_subscriptions(self, ids: list[int]) -> list[ua.StatusCode]:
        """As asyncua's; nothing is kept for them any longer."""
        for subscription_id in ids:
            if self.values is not None:
                self.values.forget(subscription_id)
        return await super().delete_subscriptions(ids)


def _attach(subscription: InternalSubscription, values: BulkValues) -> None:
    key = subscription.data.SubscriptionId
    plain_results, plain_pop = subscription.has_published_results, subscription._pop_triggered_datachanges
    plain_delete = subscription.delete_callback

    def has_results() -> bool:
        return (subscription._publishing_enabled and values.waiting(key)) or plain_results()

    def pop(result: ua.PublishResult) -> None:
        plain_pop(result)
        bulk = values.take(key)
        if bulk is not None:
            result.NotificationMessage.NotificationData.append(bulk)

    def delete() -> None:
        values.forget(key)
        if plain_delete is not None:
            plain_delete()

    service = subscription.monitored_item_srv
    plain_trigger = service.trigger_datachange

    async def trigger(handle: int, node: ua.NodeId, attribute: ua.AttributeIds) -> None:
        row = values.rows.get(node) if attribute == ua.AttributeIds.Value else None
        if row is None or not values.begin(key, row):
            await plain_trigger(handle, node, attribute)

    plain_mode, plain_modify = service.set_monitoring_mode, service.modify_monitored_items

    async def set_mode(mode: ua.MonitoringMode, ids: list[int]) -> list[ua.StatusCode]:
        values.look_again(key)
        return await plain_mode(mode, ids)

    def modify(params: ua.ModifyMonitoredItemsParameters) -> list[ua.MonitoredItemModifyResult]:
        values.look_again(key)
        return plain_modify(params)

    service.trigger_datachange = trigger
    service.set_monitoring_mode, service.modify_monitored_items = set_mode, modify
    subscription.has_published_results = has_results
    subscription._pop_triggered_datachanges = pop
    subscription.delete_callback = delete
    values.listen(subscription)
