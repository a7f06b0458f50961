import java.io.BufferedReader;
import java.io.FileOutputStream;
import java.io.FileDescriptor;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.apache.rocketmq.client.consumer.DefaultMQPushConsumer;
import org.apache.rocketmq.client.consumer.listener.ConsumeConcurrentlyStatus;
import org.apache.rocketmq.client.consumer.listener.MessageListenerConcurrently;
import org.apache.rocketmq.client.producer.DefaultMQProducer;
import org.apache.rocketmq.client.producer.SendResult;
import org.apache.rocketmq.common.message.Message;
import org.apache.rocketmq.tools.command.MQAdminStartup;

/**
 * Runs commands of the published admin tool in one JVM. Each line of the standard input is one
 * command, its arguments parted by tabs; after its output comes a line that holds END. Commands with
 * an exclamation mark are the clients that the others look at.
 */
public final class MqAdmin {
    private static final String END = "\u0001END";
    private static volatile Set<Thread> goingOn = new HashSet<>();
    private final String namesrvAddr;
    private final List<DefaultMQPushConsumer> consumers = new ArrayList<>();
    private final List<DefaultMQProducer> producers = new ArrayList<>();

    private MqAdmin(String namesrvAddr) {
        this.namesrvAddr = namesrvAddr;
    }

    public static void main(String[] args) throws Exception {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, "UTF-8");
        System.setOut(out);
        System.setErr(out);
        BufferedReader in = new BufferedReader(
            new InputStreamReader(System.in, StandardCharsets.UTF_8));
        MqAdmin admin = new MqAdmin(args[0]);
        hurryShutdowns(Thread.currentThread());
        out.println(END);
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            try {
                admin.run(line.split("\t", -1));
            } catch (Throwable error) {
                error.printStackTrace(out);
            }
            out.println();
            out.println(END);
        }
        System.exit(0);
    }

    /**
     * Every command ends with the shutdown of its client, which waits up to three seconds for a
     * thread to look up from its queue. Those of clients that go on are left alone.
     */
    private static void hurryShutdowns(Thread main) {
        Thread hurry = new Thread(() -> {
            while (true) {
                if (isIn(main, "NettyRemotingClient", "shutdown")) {
                    for (Thread thread : eventExecutors()) {
                        if (!goingOn.contains(thread)) {
                            thread.interrupt();
                        }
                    }
                }
                try {
                    Thread.sleep(5);
                } catch (InterruptedException e) {
                    return;
                }
            }
        });
        hurry.setDaemon(true);
        hurry.start();
    }

    private static boolean isIn(Thread thread, String className, String method) {
        for (StackTraceElement frame : thread.getStackTrace()) {
            if (frame.getClassName().endsWith(className) && frame.getMethodName().equals(method)) {
                return true;
            }
        }
        return false;
    }

    private static Set<Thread> eventExecutors() {
        Set<Thread> found = new HashSet<>();
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("NettyEventExecutor")) {
                found.add(thread);
            }
        }
        return found;
    }

    private void run(String[] command) throws Exception {
        switch (command[0]) {
            case "!consume":
                consume(command[1], command[2]);
                break;
            case "!produce":
                produce(command[1], command[2], Integer.parseInt(command[3]));
                break;
            case "!stop":
                stop();
                break;
            default:
                String[] args = Arrays.copyOf(command, command.length + 2);
                args[command.length] = "-n";
                args[command.length + 1] = namesrvAddr;
                goingOn = eventExecutors();
                MQAdminStartup.main0(args, null);
        }
    }

    private void consume(String group, String topic) throws Exception {
        DefaultMQPushConsumer consumer = new DefaultMQPushConsumer(group);
        consumer.setNamesrvAddr(namesrvAddr);
        consumer.setPersistConsumerOffsetInterval(200);
        consumer.subscribe(topic, "*");
        consumer.registerMessageListener((MessageListenerConcurrently) (messages, context) ->
            ConsumeConcurrentlyStatus.CONSUME_SUCCESS);
        consumer.start();
        consumers.add(consumer);
        System.out.println("client id " + consumer.buildMQClientId());
    }

    private void produce(String group, String topic, int count) throws Exception {
        DefaultMQProducer producer = new DefaultMQProducer(group);
        producer.setNamesrvAddr(namesrvAddr);
        producer.start();
        producers.add(producer);
        for (int number = 0; number < count; number++) {
            byte[] body = ("body " + number).getBytes(StandardCharsets.UTF_8);
            SendResult result = producer.send(new Message(topic, "TagA", "key-" + number, body));
            System.out.println("sent " + result.getMsgId() + " " + result.getOffsetMsgId() + " "
                + result.getMessageQueue().getQueueId() + " " + result.getQueueOffset());
        }
    }

    private void stop() {
        for (DefaultMQPushConsumer consumer : consumers) {
            consumer.shutdown();
        }
        for (DefaultMQProducer producer : producers) {
            producer.shutdown();
        }
    }
}
