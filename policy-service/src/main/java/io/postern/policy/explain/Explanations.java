package io.postern.policy.explain;

import io.postern.api.Caller;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.log.LogSettings;
import io.postern.policy.AskedVerdicts;
import io.postern.policy.PolicyVerdicts;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;

/**
 * Answers to requests for an explanation, by hand or of a recorded mail
 * (docs/guides/tracing-a-message.md). At most {@value #LOOKUPS} look-ups in the log at one time; a
 * further one waits 5 s and is answered with 503. Thread-safe.
 */
final class Explanations {
  private static final int LOOKUPS = 2;
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final int TURN_SECONDS = 5;

  private final LogSettings settings;
  private final PolicyVerdicts verdicts;
  private final Semaphore lookups = new Semaphore(LOOKUPS);

  Explanations(LogSettings settings, PolicyVerdicts verdicts) {
    this.settings = settings;
    this.verdicts = verdicts;
  }

  /**
   * @throws ProblemException the request is wrong, names no mail that the caller sees, or the log
   *     did not answer in time
   */
  ExplainAnswer answer(Directory directory, Caller caller, ExplainRequest request) {
    if (request.organization() != null) {
      String wanted = request.organization();
      caller.requireRead(wanted, "organization " + wanted);
      if (directory.organization(wanted).isEmpty()) {
        throw ProblemException.notFound("organization " + wanted);
      }
    }
    boolean byId = request.queueId() != null;
    boolean byReference = request.reference() != null;
    if (byId && byReference || (byId || byReference) && request.clientIp() != null) {
      throw ProblemException.badRequest(
          "/queueId",
          "it cannot be combined with other facts",
          "write queueId, reference, or facts");
    }
    RequestedExplanation explanation =
        new RequestedExplanation(
            directory,
            id -> caller.organizations().map(all -> all.contains(id)).orElse(true),
            request,
            () -> AskedVerdicts.all(verdicts::source, PATIENCE));
    return byId
        ? looked(explanation::ofMessage)
        : byReference ? looked(explanation::ofRefusal) : explanation.byHand();
  }

  private interface Lookup {
    ExplainAnswer in(RecordedMail mail) throws TimeoutException;
  }

  private ExplainAnswer looked(Lookup lookup) {
    boolean turn = false;
    try {
      turn = lookups.tryAcquire(TURN_SECONDS, TimeUnit.SECONDS);
      if (!turn) {
        throw new ProblemException(
            Problem.of(503, "Busy", "Too many lookups are in progress; try again."));
      }
      try (RecordedMail mail = new RecordedMail(settings)) {
        return lookup.in(mail);
      }
    } catch (TimeoutException e) {
      throw new ProblemException(
          Problem.of(504, "Too slow", "Kafka was not completely read within 10 s."));
    } catch (KafkaException e) {
      throw new ProblemException(
          Problem.of(503, "Kafka is unavailable", "Kafka did not respond; try again."));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new ProblemException(Problem.of(503, "Ended", "The service is stopping."));
    } finally {
      if (turn) {
        lookups.release();
      }
    }
  }
}
