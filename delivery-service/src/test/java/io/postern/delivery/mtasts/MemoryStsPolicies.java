package io.postern.delivery.mtasts;

import io.postern.contracts.v1.StsPolicyState;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;

/** Policies that a test publishes. {@link StsPoliciesContract} holds for it too. */
public final class MemoryStsPolicies implements StsPolicies {
  private final Map<String, StsPolicyState> known = new ConcurrentHashMap<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();

  public synchronized void publish(StsPolicyState state) {
    known.put(state.getDomain(), state);
    notifyAll();
  }

  /** Domain and id of each question, "/" between. */
  public List<String> asked() {
    return asked;
  }

  @Override
  public @Nullable StsPolicyState known(String domain) {
    return known.get(domain);
  }

  @Override
  public void ask(String domain, String id) {
    if (!asked.contains(domain + "/" + id)) {
      asked.add(domain + "/" + id);
    }
  }

  @Override
  public synchronized @Nullable StsPolicyState awaited(
      String domain, String id, @Nullable StsPolicyState before, Duration patience)
      throws InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    if (!answered(domain, id, before)) {
      ask(domain, id);
    }
    for (long left = patience.toMillis(); !answered(domain, id, before) && left > 0; ) {
      wait(left);
      left = (end - System.nanoTime()) / 1_000_000;
    }
    return known.get(domain);
  }

  private boolean answered(String domain, String id, @Nullable StsPolicyState before) {
    StsPolicyState state = known.get(domain);
    return state != null
        && !state.equals(before)
        && (state.getId().equals(id) || state.getFailure().getId().equals(id));
  }
}
