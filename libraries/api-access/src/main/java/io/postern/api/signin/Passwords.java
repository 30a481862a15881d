package io.postern.api.signin;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import io.micrometer.core.instrument.MeterRegistry;
import io.postern.api.audit.AccessAudit;
import io.postern.api.users.User;
import io.postern.api.users.Users;
import io.postern.bounds.Share;
import io.postern.contracts.v1.AccessEventKind;
import io.quarkus.security.AuthenticationFailedException;
import io.smallrye.mutiny.Uni;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * Check of names and passwords. A right password is remembered for 15 minutes after it was checked,
 * as a hash with a key of this process, so that Basic costs no slow hash at each request. Any other
 * waits as {@link Slowing} says, on a timer and without a thread, and is then compared by one of
 * two threads, if it has one of {@link AttemptPlaces}. A user with a second factor shows a code
 * too, which nothing remembers: ten wrong ones in 15 minutes, and no further one is looked at. Only
 * who knows the password can make them. Any thread; does not block.
 */
public final class Passwords implements PasswordCheck, AutoCloseable {
  private static final Logger LOG = Logger.getLogger(Passwords.class);
  private static final Duration REMEMBERED = Duration.ofMinutes(15);
  private static final int MOST_REMEMBERED = 1_000;
  private static final int THREADS = 2;
  private static final int MOST_IN_LINE = 5_000;
  private static final int MOST_CHARACTERS = 1_000;
  private static final int MOST_WRONG_CODES = 10;
  private static final long LINE_NANOS = Duration.ofSeconds(1).toNanos();

  private final Users users;
  private final TokenSigner signer;
  private final MeterRegistry metrics;
  private final AccessAudit audit;
  private final Slowing slowing = new Slowing(Ticker.systemTicker());
  private final AttemptPlaces places = new AttemptPlaces(slowing);
  private final PasswordMac mac = new PasswordMac();
  private final Cache<String, Boolean> right =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterWrite(REMEMBERED).build();
  private final ThreadPoolExecutor threads =
      new ThreadPoolExecutor(
          THREADS,
          THREADS,
          30,
          TimeUnit.SECONDS,
          new ArrayBlockingQueue<>(MOST_IN_LINE),
          Thread.ofPlatform().name("passwords-", 1).daemon().factory());
  private final Cache<String, Integer> wrongCodes =
      Caffeine.newBuilder().maximumSize(MOST_REMEMBERED).expireAfterWrite(REMEMBERED).build();
  private final AtomicLong nextLine = new AtomicLong(System.nanoTime());

  public Passwords(Users users, TokenSigner signer, MeterRegistry metrics, AccessAudit audit) {
    this.users = users;
    this.audit = audit;
    this.signer = signer;
    this.metrics = metrics;
    threads.allowCoreThreadTimeOut(true);
  }

  @Override
  public void close() {
    threads.shutdownNow();
  }

  @Override
  public Uni<LocalUser> user(
      String name, String password, String code, @Nullable SocketAddress client) {
    return checked(name, password, code, Network.of(client)).map(this::local);
  }

  @Override
  public Uni<LocalUser> user(LocalUser shown, String code, @Nullable SocketAddress client) {
    String network = Network.of(client);
    return turn(
            shown.name(),
            network,
            () -> {
              User user = users.user(shown.name()).orElse(null);
              if (user == null || !user.version().equals(shown.version())) {
                throw new AuthenticationFailedException();
              }
              return admitted(user, code, network);
            })
        .map(this::local);
  }

  /** Only the password: of a user who has signed in with the second factor before. */
  public Uni<LocalUser> password(String name, String password, @Nullable SocketAddress client) {
    return checked(name, password, null, Network.of(client)).map(this::local);
  }

  /**
   * Only the code, of such a user.
   *
   * @return false: it is wrong
   */
  public Uni<Boolean> code(String name, String code, @Nullable SocketAddress client) {
    String network = Network.of(client);
    return turn(name, network, () -> isRight(name, code, network));
  }

  private LocalUser local(User user) {
    return new LocalUser(
        user.name(), users.roles(user), user.version(), users.lacksSecondFactor(user));
  }

  @Override
  public Uni<String> token(String name, String password, @Nullable SocketAddress client) {
    return checked(name, password, "", Network.of(client))
        .map(user -> signer.token(user.name(), user.version(), Instant.now().plus(Tokens.LONGEST)));
  }

  /**
   * @param code of the second factor, if the user has one; null: not asked for
   * @param network of the client, see {@link Network}
   */
  private Uni<User> checked(String name, String password, @Nullable String code, String network) {
    Optional<User> found = users.user(name);
    if (found.isPresent()
        && (code == null || !found.get().needsCode())
        && right.getIfPresent(mac.of(name, found.get().version(), password)) != null) {
      audit.signedIn(name, network, "password");
      return Uni.createFrom().item(found.get());
    }
    if (password.length() > MOST_CHARACTERS || name.length() > MOST_CHARACTERS) {
      return Uni.createFrom().failure(new AuthenticationFailedException());
    }
    return turn(name, network, () -> compared(name, password, code, network));
  }

  /** Does it when it is this attempt's turn, in a thread of its own. */
  private <T> Uni<T> turn(String name, String network, Supplier<T> work) {
    Share.Held place = places.take(name, network);
    if (place == null) {
      count("too-many");
      audit.refused(AccessEventKind.SIGN_IN_REFUSED, "", network, "too many attempts at a time");
      return Uni.createFrom()
          .failure(new AuthenticationFailedException(new TooManyAttemptsException()));
    }
    Duration delay = slowing.delay(name, network);
    Uni<Boolean> turn = Uni.createFrom().item(true);
    if (!delay.isZero()) {
      count("slowed");
      turn = turn.onItem().delayIt().by(delay);
    }
    return turn.emitOn(threads).map(now -> work.get()).onTermination().invoke(place::close);
  }

  private User compared(String name, String password, @Nullable String code, String network) {
    User user = users.user(name).orElse(null);
    if (!users.matches(name, password) || user == null) {
      slowing.wrong(name, network);
      count("wrong");
      audit.refused(
          AccessEventKind.SIGN_IN_REFUSED, user == null ? "" : user.name(), network, "password");
      log(user, network);
      throw new AuthenticationFailedException();
    }
    right.put(mac.of(name, user.version(), password), true);
    return admitted(user, code, network);
  }

  /**
   * After the right password.
   *
   * @param code null: not asked for
   */
  private User admitted(User user, @Nullable String code, String network) {
    String name = user.name();
    boolean coded = false;
    if (code != null && user.needsCode()) {
      if (code.isEmpty()) {
        count("code-missing");
        audit.refused(
            AccessEventKind.SIGN_IN_REFUSED, name, network, "right password, no code yet");
        throw new AuthenticationFailedException(
            new CodeMissingException(signer.passwordShown(name, user.version())));
      }
      if (!isRight(name, code, network)) {
        throw new AuthenticationFailedException();
      }
      coded = true;
    }
    slowing.right(name, network);
    count("right");
    audit.signedIn(name, network, coded ? "password and code" : "password");
    return user;
  }

  /** The code is used by it. */
  private boolean isRight(String name, String code, String network) {
    Integer wrong = wrongCodes.getIfPresent(name);
    if (wrong != null && wrong >= MOST_WRONG_CODES) {
      count("too-many");
      audit.refused(AccessEventKind.SIGN_IN_REFUSED, name, network, "too many wrong codes");
      throw new AuthenticationFailedException(TooManyAttemptsException.ofCodes(REMEMBERED));
    }
    try {
      if (users.useCode(name, code)) {
        wrongCodes.invalidate(name);
        return true;
      }
    } catch (IOException e) {
      LOG.errorf("A code cannot be marked as used, and is refused: %s", e);
      throw new AuthenticationFailedException(
          new UnknownAccessException("the users' file cannot be written"));
    }
    slowing.wrong(name, network);
    wrongCodes.asMap().merge(name, 1, Integer::sum);
    count("wrong");
    audit.refused(AccessEventKind.SIGN_IN_REFUSED, name, network, "code");
    return false;
  }

  private void count(String result) {
    metrics.counter("postern.api.passwords", "result", result).increment();
  }

  /**
   * A line a second at most, since strangers cause them; a name that nobody has may be a password.
   */
  private void log(@Nullable User user, String network) {
    long now = System.nanoTime();
    long next = nextLine.get();
    if (now - next >= 0 && nextLine.compareAndSet(next, now + LINE_NANOS)) {
      LOG.warnf(
          "A wrong password for %s from %s",
          user == null ? "an unknown user" : user.name(), network);
    }
  }
}
