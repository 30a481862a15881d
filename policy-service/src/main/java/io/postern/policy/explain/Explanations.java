package io.postern.policy.explain;

import io.postern.api.Caller;
import io.postern.api.CallerPlaces;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.bounds.Bound;
import io.postern.bounds.Holder;
import io.postern.bounds.Share;
import io.postern.log.LogSettings;
import io.postern.policy.AskedVerdicts;
import io.postern.policy.PolicyVerdicts;
import io.postern.rules.Directory;
import java.time.Duration;
import java.util.concurrent.TimeoutException;
import org.apache.kafka.common.KafkaException;

/**
 * Answers to requests for an explanation, by hand or of a recorded mail
 * (docs/guides/tracing-a-message.md). Look-ups in the log wait 5 s for one of the caller's places.
 * Thread-safe.
 */
final class Explanations {
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration TURN = Duration.ofSeconds(5);

  private final LogSettings settings;
  private final PolicyVerdicts verdicts;
  private final CallerPlaces lookups = new CallerPlaces(Bound.LOOKUPS);

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
        ? looked(caller.holder(), explanation::ofMessage)
        : byReference ? looked(caller.holder(), explanation::ofRefusal) : explanation.byHand();
  }

  private interface Lookup {
    ExplainAnswer in(RecordedMail mail) throws TimeoutException;
  }

  private ExplainAnswer looked(Holder holder, Lookup lookup) {
    try (Share.Held place = lookups.await(holder, TURN);
        RecordedMail mail = new RecordedMail(settings)) {
      return lookup.in(mail);
    } catch (TimeoutException e) {
      throw new ProblemException(
          Problem.of(504, "Too slow", "Kafka was not completely read within 10 s."));
    } catch (KafkaException e) {
      throw new ProblemException(
          Problem.of(503, "Kafka is unavailable", "Kafka did not respond; try again."));
    }
  }
}
