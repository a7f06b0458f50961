import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/**
 * Drives a running cluster through the published Java client and prints a line per check:
 * {@code PASS name} or {@code FAIL name :: reason}, then {@code DONE}.
 *
 * <pre>java -cp CLASSES:JARS [-Drocketmq.serialize.type=JSON|ROCKETMQ] Interop HOST:PORT [CHECK ...]</pre>
 *
 * The checks are written against Apache RocketMQ 5.5.0 and pass there. Each has topics and groups of
 * its own, so they run side by side: most of their time is waiting.
 */
public final class Interop {
    private static final int PARALLEL = 6;
    private static final int LIMIT_SECONDS = 150;

    private Interop() {}

    interface Body {
        void run(Fixture fixture) throws Exception;
    }

    static final class Check {
        final String name;
        final Body body;

        Check(String name, Body body) {
            this.name = name;
            this.body = body;
        }
    }

    public static void main(String[] args) throws Exception {
        String namesrvAddr = args[0];
        Set<String> wanted = Set.copyOf(Arrays.asList(args).subList(1, args.length));
        ExecutorService pool = Executors.newFixedThreadPool(PARALLEL);
        for (List<Check> group : List.of(ConsumeChecks.all(), SendChecks.all())) {
            for (Check check : group) {
                if (wanted.isEmpty() || wanted.contains(check.name)) {
                    pool.execute(() -> run(check, namesrvAddr));
                }
            }
        }
        pool.shutdown();
        if (!pool.awaitTermination(LIMIT_SECONDS, TimeUnit.SECONDS)) {
            System.out.println("FAIL limit :: not all checks ended within " + LIMIT_SECONDS + " s");
        }
        System.out.println("DONE");
        System.out.flush();
        Runtime.getRuntime().halt(0);
    }

    private static void run(Check check, String namesrvAddr) {
        long start = System.nanoTime();
        String line = "PASS " + check.name;
        try (Fixture fixture = new Fixture(check.name, namesrvAddr)) {
            check.body.run(fixture);
        } catch (Throwable error) {
            StackTraceElement at =
                    Arrays.stream(error.getStackTrace())
                            .filter(each -> each.getClassName().endsWith("Checks"))
                            .findFirst()
                            .orElse(null);
            line = "FAIL " + check.name + " :: " + oneLine(error) + " at " + at;
        }
        System.out.println(line + " (" + (System.nanoTime() - start) / 1_000_000 + " ms)");
    }

    private static String oneLine(Throwable error) {
        Throwable cause = error;
        while (cause.getCause() != null) cause = cause.getCause();
        return String.valueOf(cause).replaceAll("\\s+", " ");
    }
}
