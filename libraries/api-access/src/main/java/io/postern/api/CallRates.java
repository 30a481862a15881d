package io.postern.api;

import io.postern.bounds.Holder;
import io.postern.bounds.Levels;
import io.vertx.core.Vertx;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import jakarta.inject.Provider;
import jakarta.ws.rs.Priorities;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ResourceInfo;
import java.lang.reflect.Method;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.LongSupplier;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveContainerRequestContext;

/**
 * Filter that refuses, with 429, calls of a user or an organization beyond a rate: who calls
 * without end takes the processor from mail and from other administrators. An organization has
 * twice the rate of a user. Operators have no rate. {@link OwnRate} calls are counted each for
 * themselves. A refusal leaves after a second, so that a program that repeats its call at once is
 * slowed too. Any thread; does not block.
 *
 * <p>Bounds: 10,000 users and as many organizations; beyond, the one that called longest ago begins
 * anew. 1,000 refusals wait; beyond, they leave at once.
 */
@jakarta.ws.rs.ext.Provider
@Priority(Priorities.AUTHORIZATION + CallRates.BEHIND_ROLES)
public class CallRates implements ContainerRequestFilter {
  static final int BEHIND_ROLES = 10;

  private static final int MOST = 10_000;
  private static final int SECONDS_AT_ONCE = 15;
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final int WAITING_REFUSALS = 1_000;

  private final ResourceInfo resource;
  private final Caller caller;
  private final Counted counted;
  private final Provider<Vertx> vertx;
  private final Semaphore waiting = new Semaphore(WAITING_REFUSALS);

  @Inject
  CallRates(ResourceInfo resource, Caller caller, Counted counted, Provider<Vertx> vertx) {
    this.resource = resource;
    this.caller = caller;
    this.counted = counted;
    this.vertx = vertx;
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
    Method method = resource.getResourceMethod();
    Costly costly = method.getAnnotation(Costly.class);
    Holder holder =
        method.isAnnotationPresent(OwnRate.class)
            ? own(caller, resource.getResourceClass(), method)
            : caller.holder();
    if (!counted.count(holder, costly == null ? 1 : costly.value())) {
      refuse((ResteasyReactiveContainerRequestContext) request);
    }
  }

  /** By session too: a copy of an old token takes nothing from one that signs in now. */
  private static Holder own(Caller caller, Class<?> resource, Method method) {
    return new Holder(
        String.join(
            "\n", // in no user's name
            caller.name(),
            caller.session(),
            resource.getSimpleName() + "." + method.getName()),
        "");
  }

  private void refuse(ResteasyReactiveContainerRequestContext request) {
    ProblemException refusal =
        new ProblemException(
            Problem.of(
                429,
                "Too many requests",
                "You, or your organization, make more calls than "
                    + counted.callsPerSecond()
                    + " a second, of which large ones count as several: make fewer, and repeat this "
                    + "one in a second."),
            1);
    if (!waiting.tryAcquire()) {
      throw refusal;
    }
    request.suspend();
    vertx
        .get()
        .setTimer(
            Duration.ofSeconds(1).toMillis(),
            timer -> {
              waiting.release();
              request.resume(refusal);
            });
  }
}
