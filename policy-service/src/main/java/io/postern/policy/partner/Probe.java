package io.postern.policy.partner;

import io.postern.contracts.v1.ProbeEnd;
import io.postern.contracts.v1.ProbeRequest;
import io.postern.contracts.v1.ProbeResult;
import io.postern.contracts.v1.ProbeStep;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** One probe as its records come, in any order of the two topics. Guarded by its owner. */
final class Probe {
  private static final int MOST_STEPS = 400;

  /**
   * A probe at a moment.
   *
   * @param askedMillis the log's time of the request
   * @param answered a delivery service has it
   * @param end null: it is under way
   */
  record Snapshot(
      ProbeRequest request,
      long askedMillis,
      boolean answered,
      List<ProbeStep> steps,
      @Nullable ProbeEnd end) {
    Snapshot {
      steps = List.copyOf(steps);
    }
  }

  private final List<ProbeStep> steps = new ArrayList<>();
  private ProbeRequest request;
  private long askedMillis;
  private int next; // number of the record that is expected
  private long bytes;
  private @Nullable ProbeEnd end;

  Probe(String id) {
    request = ProbeRequest.newBuilder().setProbeId(id).build();
  }

  /** The bytes that it has more. */
  long asked(ProbeRequest asked, long millis) {
    if (!request.getOrganization().isEmpty()) {
      return 0; // known
    }
    // The test message is of no more use.
    request = asked.toBuilder().clearHops().clearMail().build();
    askedMillis = millis;
    return grow(request.getSerializedSize());
  }

  long result(ProbeResult result) {
    if (result.getNumber() < next || end != null || steps.size() >= MOST_STEPS) {
      return 0; // a reader that began again
    }
    next = result.getNumber() + 1;
    if (result.hasStep()) {
      steps.add(result.getStep());
    }
    if (result.hasEnd()) {
      end = result.getEnd();
    }
    return grow(result.getSerializedSize());
  }

  private long grow(int more) {
    bytes += more;
    return more;
  }

  long bytes() {
    return bytes;
  }

  Snapshot snapshot() {
    return new Snapshot(request, askedMillis, next > 0, steps, end);
  }
}
