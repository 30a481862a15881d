package io.postern.stack.example;

import io.postern.contracts.QueueId;
import io.postern.lab.SmtpClient;
import io.postern.log.LogSettings;
import io.postern.operator.trace.MailTrace;
import io.postern.operator.trace.TracePrinter;
import io.postern.smtp.Reply;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Runs of samples: each is sent over SMTP with STARTTLS, followed through the topics, and compared
 * with its file.
 */
public final class SampleRun {
  private static final Pattern QUEUE_ID = Pattern.compile("Queued as (\\S+)");
  private static final Duration PATIENCE = Duration.ofSeconds(60);
  private static final Duration TRIES = Duration.ofMinutes(2);

  private final ExampleWorld world;
  private final int smtpPort;
  private final LogSettings kafka;
  private final long triedUntil = System.nanoTime() + TRIES.toNanos();

  public SampleRun(ExampleWorld world, int smtpPort, LogSettings kafka) {
    this.world = world;
    this.smtpPort = smtpPort;
    this.kafka = kafka;
  }

  /** The way in words, and every difference from the file. */
  public record Result(List<String> way, List<String> differences) {}

  public Result run(Sample sample) throws Exception {
    List<String> way = new ArrayList<>();
    Reply reply = send(sample, way);
    List<String> differences = new ArrayList<>();
    if (reply.code() != sample.reply()) {
      differences.add("reply " + reply.code() + " instead of " + sample.reply());
    }
    QueueId queueId = queueId(reply);
    if (queueId == null) {
      way.add("refused    " + reply.code() + " " + reply.text());
      return new Result(way, differences);
    }
    MailTrace trace = MailTrace.await(kafka, queueId, PATIENCE);
    way.addAll(new TracePrinter(false).lines(trace));
    compare(sample, trace, differences);
    return new Result(way, differences);
  }

  /**
   * As any sender does, again after a 451: the first verdicts after a start may take longer than a
   * session waits for them, and a slow machine's revocation list longer than its fetch may last.
   * All samples together have two minutes.
   */
  private Reply send(Sample sample, List<String> way) throws Exception {
    Reply reply = send(sample);
    while (reply.code() == 451 && sample.reply() != 451 && System.nanoTime() - triedUntil < 0) {
      way.add("try again " + reply.code() + " " + reply.text());
      TimeUnit.SECONDS.sleep(1);
      reply = send(sample);
    }
    return reply;
  }

  private Reply send(Sample sample) throws Exception {
    try (SmtpClient client = SmtpClient.connect("127.0.0.1", smtpPort)) {
      client.ehlo(sample.client() + ".example");
      client.startTls(world.client(sample.client()));
      client.ehlo(sample.client() + ".example");
      return client.send(sample.from(), sample.to(), sample.content());
    }
  }

  private static @Nullable QueueId queueId(Reply reply) {
    Matcher matcher = QUEUE_ID.matcher(reply.text());
    return reply.code() == 250 && matcher.find() ? QueueId.parse(matcher.group(1)) : null;
  }

  private static void compare(Sample sample, MailTrace trace, List<String> differences) {
    String connector = sample.connector();
    if (connector != null && trace.accepted() != null) {
      trace.accepted().getGroupsList().stream()
          .map(group -> group.getConnector())
          .filter(name -> !name.equals(connector))
          .forEach(
              name ->
                  differences.add("connector \"" + name + "\" instead of \"" + connector + "\""));
    }
    Map<String, String> ended = new TreeMap<>();
    trace.lastOutcomes().forEach((recipient, last) -> ended.put(recipient, last.text()));
    sample
        .outcomes()
        .forEach(
            (recipient, wanted) -> {
              String got =
                  ended.getOrDefault(recipient, "no outcome within " + PATIENCE.toSeconds() + " s");
              if (!got.equals(wanted)) {
                differences.add(recipient + ": " + got + " instead of " + wanted);
              }
            });
  }
}
