import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.rocketmq.client.QueryResult;
import org.apache.rocketmq.client.exception.MQBrokerException;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendCallback;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.client.producer.SendStatus;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.common.message.MessageConst;
import org.apache.rocketmq.common.message.MessageExt;
import org.apache.rocketmq.common.message.MessageQueue;

/** Every way to send, and to find what was sent. */
final class SendChecks {
    private SendChecks() {}

    static List<Interop.Check> all() {
        return List.of(
                new Interop.Check("send_sync", SendChecks::sync),
                new Interop.Check("send_async", SendChecks::async),
                new Interop.Check("send_oneway", SendChecks::oneway),
                new Interop.Check("send_batch", SendChecks::batch),
                new Interop.Check("send_auto_create", SendChecks::autoCreate),
                new Interop.Check("send_to_queue", SendChecks::toQueue),
                new Interop.Check("send_compressed", SendChecks::compressed),
                new Interop.Check("send_content", SendChecks::content),
                new Interop.Check("send_too_large", SendChecks::tooLarge),
                new Interop.Check("query_by_id_and_key", SendChecks::query),
                new Interop.Check("queue_offsets", SendChecks::offsets));
    }

    private static void sync(Fixture f) throws Exception {
        f.createTopic(4);
        List<SendResult> results = f.send("m", 100);
        Map<Integer, List<Long>> byQueue = new HashMap<>();
        for (SendResult each : results) {
            int idLength = each.getMsgId().length(); // 56 on a host whose own address is IPv6
            Fixture.check(idLength == 32 || idLength == 56, "length of the unique id: " + idLength);
            Fixture.equal(32, each.getOffsetMsgId().length(), "length of the offset id");
            MessageQueue queue = each.getMessageQueue();
            Fixture.equal(f.topic, queue.getTopic(), "topic");
            byQueue.computeIfAbsent(queue.getQueueId(), k -> new ArrayList<>()).add(each.getQueueOffset());
        }
        Fixture.equal(4, byQueue.size(), "queues in use");
        byQueue.forEach((id, offsets) -> {
            for (int i = 0; i < offsets.size(); i++) Fixture.equal((long) i, offsets.get(i), "offset in queue " + id);
        });
    }

    private static void async(Fixture f) throws Exception {
        f.createTopic(4);
        ConcurrentLinkedQueue<String> problems = new ConcurrentLinkedQueue<>();
        CountDownLatch done = new CountDownLatch(100);
        for (int i = 0; i < 100; i++) {
            f.producer().send(f.message("a" + i), new SendCallback() {
                @Override
                public void onSuccess(SendResult result) {
                    if (result.getSendStatus() != SendStatus.SEND_OK) problems.add(result.toString());
                    done.countDown();
                }

                @Override
                public void onException(Throwable error) {
                    problems.add(error.toString());
                    done.countDown();
                }
            });
        }
        Fixture.check(done.await(30, TimeUnit.SECONDS), "a callback is missing");
        Fixture.check(problems.isEmpty(), "problems: " + problems);
        var received = f.collect(f.consumer());
        Fixture.await("100 messages", () -> received.size() >= 100);
        Fixture.equal(Fixture.bodies("a", 100), Fixture.sortedBodies(received), "bodies");
    }

    private static void oneway(Fixture f) throws Exception {
        f.createTopic(2);
        var received = f.collect(f.consumer());
        for (int i = 0; i < 50; i++) f.producer().sendOneway(f.message("o" + i));
        Fixture.await("50 messages", () -> received.size() >= 50);
        Fixture.equal(Fixture.bodies("o", 50), Fixture.sortedBodies(received), "bodies");
    }

    private static void batch(Fixture f) throws Exception {
        f.createTopic(2);
        List<Message> batch = new ArrayList<>();
        for (int i = 0; i < 32; i++) {
            Message message = f.message("b" + i);
            message.setKeys("key" + i);
            message.setTags("T" + i % 2);
            message.putUserProperty("number", "" + i);
            batch.add(message);
        }
        SendResult result = f.producer().send(batch);
        Fixture.equal(SendStatus.SEND_OK, result.getSendStatus(), "status");
        Fixture.equal(32, result.getMsgId().split(",").length, "unique ids");
        Fixture.equal(32, result.getOffsetMsgId().split(",").length, "offset ids");
        Fixture.equal(0L, result.getQueueOffset(), "offset of the first");
        var received = f.collect(f.consumer());
        Fixture.await("32 messages", () -> received.size() >= 32);
        Fixture.equal(Fixture.bodies("b", 32), Fixture.sortedBodies(received), "bodies");
        for (MessageExt each : received) {
            int i = Integer.parseInt(each.getUserProperty("number"));
            Fixture.equal((long) i, each.getQueueOffset(), "queue offset");
            Fixture.equal("key" + i, each.getKeys(), "keys");
            Fixture.equal("T" + i % 2, each.getTags(), "tags");
            Fixture.equal(result.getMsgId().split(",")[i], each.getMsgId(), "unique id");
        }
    }

    private static void autoCreate(Fixture f) throws Exception {
        f.producer().setDefaultTopicQueueNums(4);
        f.send("auto", 8);
        var received = f.collect(f.consumer());
        Fixture.await("8 messages", () -> received.size() >= 8);
        Fixture.equal(4, f.producer().fetchPublishMessageQueues(f.topic).size(), "queues of the made topic");
    }

    private static void toQueue(Fixture f) throws Exception {
        f.createTopic(4);
        for (MessageQueue queue : f.producer().fetchPublishMessageQueues(f.topic)) {
            SendResult result = f.producer().send(f.message("q"), queue);
            Fixture.equal(queue, result.getMessageQueue(), "queue");
            Fixture.equal(0L, result.getQueueOffset(), "offset");
        }
    }

    private static void compressed(Fixture f) throws Exception {
        f.createTopic(1);
        String body = "compressible ".repeat(20_000);
        f.producer().send(f.message(body));
        var received = f.collect(f.consumer());
        Fixture.await("the message", () -> !received.isEmpty());
        Fixture.equal(body, Fixture.text(received.peek()), "body");
        Fixture.check(received.peek().getStoreSize() < body.length(), "it was not stored compressed");
    }

    private static void content(Fixture f) throws Exception {
        f.createTopic(1);
        Message message = f.message("正文 body \u0000\u0001\u0002 ☂");
        message.setTags("TagÄ");
        message.setKeys("k1 k2");
        message.setFlag(-7);
        message.putUserProperty("名字", "值 with spaces");
        SendResult sent = f.producer().send(message);
        var received = f.collect(f.consumer());
        Fixture.await("the message", () -> !received.isEmpty());
        MessageExt got = received.peek();
        Fixture.equal(Fixture.text(message), Fixture.text(got), "body");
        Fixture.equal("TagÄ", got.getTags(), "tags");
        Fixture.equal("k1 k2", got.getKeys(), "keys");
        Fixture.equal(-7, got.getFlag(), "flag");
        Fixture.equal("值 with spaces", got.getUserProperty("名字"), "user property");
        Fixture.equal(sent.getMsgId(), got.getMsgId(), "unique id");
        Fixture.equal(0, got.getReconsumeTimes(), "reconsume times");
        Fixture.equal("127.0.0.1", got.getBornHostString(), "born host");
        Fixture.check(Math.abs(got.getStoreTimestamp() - got.getBornTimestamp()) < 60_000, "timestamps");
        Fixture.check(got.getProperty(MessageConst.PROPERTY_CLUSTER) != null, "no CLUSTER property");
    }

    private static void tooLarge(Fixture f) throws Exception {
        f.createTopic(1);
        DefaultMQProducer producer = f.producer();
        producer.setMaxMessageSize(1 << 23);
        producer.setCompressMsgBodyOverHowmuch(Integer.MAX_VALUE);
        producer.setRetryTimesWhenSendFailed(0);
        try {
            producer.send(new Message(f.topic, new byte[(1 << 22) + 1]));
        } catch (MQBrokerException error) {
            Fixture.equal(13, error.getResponseCode(), "response code");
            f.send("still works", 1);
            return;
        }
        throw new IllegalStateException("the message was accepted");
    }

    private static void query(Fixture f) throws Exception {
        f.createTopic(2);
        Message message = f.message("find me");
        message.setKeys("order-1 order-2");
        SendResult sent = f.producer().send(message);
        f.send("other", 3);
        DefaultMQProducer producer = f.producer();
        Fixture.equal("find me", Fixture.text(producer.viewMessage(f.topic, sent.getOffsetMsgId())), "by offset id");
        for (String key : List.of("order-1", "order-2")) {
            // The index is filled behind the send on the original.
            Fixture.await("found by " + key, () -> {
                try {
                    QueryResult found = producer.queryMessage(f.topic, key, 32, 0, Long.MAX_VALUE);
                    return found.getMessageList().size() == 1
                            && Fixture.text(found.getMessageList().get(0)).equals("find me");
                } catch (org.apache.rocketmq.client.exception.MQClientException error) {
                    return false;
                }
            });
        }
        Fixture.await("found by unique id", () -> {
            MessageExt found = producer.viewMessage(f.topic, sent.getMsgId());
            return found != null && Fixture.text(found).equals("find me");
        });
    }

    private static void offsets(Fixture f) throws Exception {
        f.createTopic(1);
        DefaultMQProducer producer = f.producer();
        MessageQueue queue = producer.fetchPublishMessageQueues(f.topic).get(0);
        Fixture.equal(0L, producer.maxOffset(queue), "max offset of an empty queue");
        f.send("m", 5);
        Fixture.await("max offset 5", () -> producer.maxOffset(queue) == 5L);
        Thread.sleep(20);
        long between = System.currentTimeMillis();
        Thread.sleep(20);
        f.send("n", 5);
        Fixture.await("max offset 10", () -> producer.maxOffset(queue) == 10L);
        Fixture.equal(0L, producer.minOffset(queue), "min offset");
        Fixture.equal(5L, producer.searchOffset(queue, between), "offset by timestamp");
        Fixture.equal(0L, producer.searchOffset(queue, between - 3_600_000), "offset by an early timestamp");
        Fixture.check(Math.abs(producer.earliestMsgStoreTime(queue) - between) < 60_000, "earliest store time");
        Fixture.equal(Collections.singleton(queue),
                java.util.Set.copyOf(producer.fetchPublishMessageQueues(f.topic)), "queues");
    }
}
