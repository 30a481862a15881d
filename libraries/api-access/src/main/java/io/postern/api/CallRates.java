package io.postern.api;

import io.postern.bounds.Holder;
import io.postern.bounds.Levels;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import jakarta.ws.rs.ext.Provider;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * Filter that refuses, with 429, calls of a user or an organization beyond a rate: who calls
 * without end takes the processor from mail and from other administrators. An organization has
 * twice the rate of a user. Operators have no rate. Any thread; does not block.
 *
 * <p>Bounds: 10,000 users and as many organizations; beyond, the one that called longest ago begins
 * anew.
 */
@Provider
@Priority(Priorities.AUTHORIZATION + CallRates.BEHIND_ROLES)
public class CallRates implements ContainerRequestFilter {
  static final int BEHIND_ROLES = 10;

  private static final int MOST = 10_000;
  private static final int SECONDS_AT_ONCE = 15;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private final ResourceInfo resource;
  private final Caller caller;
  private final Counted counted;

  @Inject
  CallRates(ResourceInfo resource, Caller caller, Counted counted) {
    this.resource = resource;
    this.caller = caller;
    this.counted = counted;
  }

  /** The levels of this process. Thread-safe. */
  @ApplicationScoped
  public static class Counted {
    private final int callsPerSecond;
    private final Levels<String> users;
    private final Levels<String> organizations;

    @Inject
    Counted(ApiSettings settings) {
      this(settings.callsPerSecond(), System::nanoTime);
    }

    /**
     * @param callsPerSecond 0: as many as come
     * @param nanos a clock that never steps
     */
    Counted(int callsPerSecond, LongSupplier nanos) {
      this.callsPerSecond = callsPerSecond;
      users = new Levels<>(MOST, nanos);
      organizations = new Levels<>(MOST, nanos);
    }

    int callsPerSecond() {
      return callsPerSecond;
    }

    /**
     * Counts a call.
     *
     * @param cost of usual calls
     * @return false: it comes too soon, and is not counted
     */
    synchronized boolean count(Holder holder, int cost) {
      if (callsPerSecond <= 0) {
        return true;
      }
      long each = cost * SECOND / callsPerSecond;
      // Also one large call, whatever the rate.
      long most = Math.max(SECONDS_AT_ONCE * SECOND, each);
      String organization = holder.organization();
      if (!organization.isEmpty() && organizations.level(organization) + each / 2 > most) {
        return false;
      }
      if (!users.raise(holder.user(), each, most)) {
        return false;
      }
      if (!organization.isEmpty()) {
        organizations.change(organization, each / 2);
      }
      return true;
    }
  }

  @Override
  public void filter(ContainerRequestContext request) {
    if (!caller.isSignedIn() || caller.isOperator()) {
      return;
    }
    Costly costly = resource.getResourceMethod().getAnnotation(Costly.class);
    if (!counted.count(caller.holder(), costly == null ? 1 : costly.value())) {
      throw new ProblemException(
          Problem.of(
              429,
              "Too many requests",
              "You, or your organization, make more calls than "
                  + counted.callsPerSecond()
                  + " a second, of which large ones count as several: make fewer, and repeat this one "
                  + "in a second."),
          1);
    }
  }
}
