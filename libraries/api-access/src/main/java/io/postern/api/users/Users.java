package io.postern.api.users;

import io.postern.api.ProblemException;
import io.postern.api.Rights;
import io.postern.api.access.Access;
import io.postern.api.access.AccessState;
import io.quarkus.runtime.configuration.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The users of the installation and their ended sessions, from files that only policy-service reads
 * (docs/guides/users.md). Made at first start with one operator. A change is in force in each
 * replica within a second; the other services learn it by the topic {@code access}. A change of a
 * user ends the user's sessions. Any thread; changes and comparisons of passwords block.
 */
public class Users implements AccessState {
  private static final Logger LOG = Logger.getLogger(Users.class);
  private static final String FIRST = "admin";

  /** In the place of a version, as of a directory object: there is no such user. */
  public static final String NONE = "";

  private final Path credentials;
  private final Path file;
  private final int iterations;
  private final SecondFactorDemand demand;
  private final WatchedFile<UserList> list;
  private final Path sessionsFile;
  private final WatchedFile<SessionList> sessions;
  private final WatchedFile<Optional<GeneratedUser>> given;
  private final AtomicReference<Optional<GeneratedUser>> taken =
      new AtomicReference<>(Optional.empty());
  private final List<Runnable> listeners = new CopyOnWriteArrayList<>();

  public Users(UserSettings settings) {
    credentials = settings.credentialsFile();
    file = settings.users();
    sessionsFile = settings.sessionsFile();
    iterations = settings.passwordIterations();
    demand = settings.secondFactor();
    if (iterations < PasswordHash.LEAST_ITERATIONS || iterations > PasswordHash.MOST_ITERATIONS) {
      throw new ConfigurationException(
          "postern.api.password-iterations is "
              + iterations
              + ": write "
              + PasswordHash.LEAST_ITERATIONS
              + " to "
              + PasswordHash.MOST_ITERATIONS);
    }
    try {
      prepare();
      list = new WatchedFile<>(file, UserList::parse);
      sessions = new WatchedFile<>(sessionsFile, this::parsedSessions);
      given =
          new WatchedFile<>(
              credentials,
              content -> Optional.of(GeneratedUser.parse(credentials, content)),
              Optional.empty());
    } catch (IllegalStateException e) {
      // Without the cause: Quarkus then shows the sentence alone and exits with 1.
      throw new ConfigurationException(
          String.valueOf(e.getMessage()).startsWith("postern.")
              ? e.getMessage()
              : "postern.api.users-file " + file + " cannot be used: " + e.getMessage());
    } catch (IOException e) {
      throw new ConfigurationException(
          "postern.api.credentials-file "
              + credentials
              + " or the users file "
              + file
              + " cannot be read or created ("
              + e
              + "): use files in a folder that the service can write to");
    }
  }

  public Optional<User> user(String name) {
    return Optional.ofNullable(list.content().users().get(name));
  }

  /** The same from the file as it is now, which another replica may just have changed. */
  public Optional<User> findNow(String name) {
    list.look();
    return user(name);
  }

  /** By name. */
  public Collection<User> all() {
    return new TreeMap<>(list.content().users()).values();
  }

  @Override
  public boolean isRead() {
    return true;
  }

  @Override
  public Optional<Access> find(String name) {
    return access(name, list.content(), sessions.content());
  }

  /** Of all local users, and of others with ended sessions. */
  public Map<String, Access> allAccess() {
    UserList users = list.content();
    SessionList ended = sessions.content();
    Set<String> names = new TreeSet<>(users.users().keySet());
    names.addAll(ended.users().keySet());
    Map<String, Access> all = new TreeMap<>();
    for (String name : names) {
      access(name, users, ended).ifPresent(one -> all.put(name, one));
    }
    return all;
  }

  /** Whether a local user may have it; no provider's user and no emergency key has such a name. */
  public static boolean isLocalName(String name) {
    return UserList.isName(name);
  }

  /** The same from the files as they are now; empty: one of them cannot be read. */
  public Optional<Map<String, Access>> allAccessNow() {
    return look() ? Optional.of(allAccess()) : Optional.empty();
  }

  private Optional<Access> access(String name, UserList users, SessionList sessions) {
    User user = users.users().get(name);
    UserSessions ended = sessions.of(name);
    if (user == null && ended.equals(UserSessions.NONE)) {
      return Optional.empty();
    }
    return Optional.of(
        new Access(
            user != null,
            user == null ? List.of() : roles(user),
            user == null ? "" : user.version(),
            user != null && lacksSecondFactor(user),
            ended.notBefore(),
            ended.ended()));
  }

  /** Whether a second factor is demanded of the user. */
  public boolean demandsSecondFactor(User user) {
    return demand.isOf(user);
  }

  /** Whether it is, and there is none: the user may only set one up. */
  public boolean lacksSecondFactor(User user) {
    return demandsSecondFactor(user) && !user.needsCode();
  }

  /** Those that are in force. */
  public List<String> roles(User user) {
    return lacksSecondFactor(user) ? List.of() : user.roles();
  }

  /** Is called after each change by this replica; must not block. */
  public void onChange(Runnable listener) {
    listeners.add(listener);
  }

  /**
   * Ends a session of a local or a provider's user, who asks for it.
   *
   * @param expires of its token
   * @throws ProblemException 503: there is no place for the user; the session goes on
   */
  public void endSession(String name, String session, Instant expires) throws IOException {
    endSessions(before -> placed(before, name).ended(name, session, expires.toEpochMilli(), now()));
  }

  /**
   * Ends all sessions of a local or a provider's user that began until now; the user asks for it.
   *
   * @throws ProblemException 503: there is no place for the user; the sessions go on
   */
  public void endOwnSessions(String name) throws IOException {
    endSessions(before -> placed(before, name).ended(name, now()));
  }

  private static SessionList placed(SessionList list, String name) {
    if (!list.hasPlace(name, now())) {
      throw ProblemException.unavailable(
          "Nothing has ended: too many users of the OpenID provider have ended sessions in the last 12"
              + " hours. An operator can end yours: postern users end-sessions.");
    }
    return list;
  }

  /** The same where an operator asks for it: for such a one there is always a place. */
  public void endSessions(String name) throws IOException {
    endSessions(before -> before.ended(name, now()));
  }

  private void endSessions(UnaryOperator<SessionList> change) throws IOException {
    SecretFile.locked(
        file,
        () -> {
          writeSessions(change);
          return true;
        });
    if (!changed()) {
      throw ProblemException.unavailable(
          "The end is recorded, but the other services do not learn of it: the file"
              + " postern.api.users-file cannot be used (see the log of policy-service). Repair it.");
    }
  }

  private void writeSessions(UnaryOperator<SessionList> change) throws IOException {
    SecretFile.write(sessionsFile, change.apply(writtenSessions()).bytes());
  }

  /** A list that is lost revives no session. */
  private SessionList writtenSessions() throws IOException {
    try {
      return parsedSessions(Files.readAllBytes(sessionsFile));
    } catch (NoSuchFileException e) {
      LOG.warnf("%s was missing: all sessions have ended", sessionsFile);
      return SessionList.lost(now());
    }
  }

  private SessionList parsedSessions(byte[] content) throws IOException {
    return SessionList.parse(sessionsFile, content);
  }

  /** False: one of the files cannot be read, and other services learn of nothing. */
  private boolean changed() {
    boolean current = look();
    listeners.forEach(Runnable::run);
    return current;
  }

  private boolean look() {
    boolean current = list.look();
    return sessions.look() && current;
  }

  private static long now() {
    return System.currentTimeMillis();
  }

  /**
   * Whether the password is the user's. Takes some tenths of a second, for a name that nobody has
   * as well.
   */
  public boolean matches(String name, String password) {
    User user = list.content().users().get(name);
    if (user == null) {
      PasswordHash.ofNobody(password, iterations);
      return false;
    }
    if (user.generated()) {
      PasswordHash.ofNobody(password, iterations); // in no less time than others
      return generated(user).filter(given -> given.matches(password)).isPresent();
    }
    return PasswordHash.matches(password, user.password());
  }

  /**
   * Makes or changes a user, whatever there is.
   *
   * @param password null: the former one stays
   * @throws IllegalArgumentException with a sentence for the administrator; nothing is changed
   */
  public User put(String name, List<String> roles, @Nullable String password) throws IOException {
    return put(name, roles, password, seen -> true);
  }

  /**
   * The same, if the user is still as the caller has seen it.
   *
   * @param seen the user's version; {@link #NONE}: there was no such user
   * @throws ChangedUserException the user is another one by now; nothing is changed
   */
  public User put(String name, List<String> roles, @Nullable String password, String seen)
      throws IOException {
    return put(name, roles, password, seen::equals);
  }

  private User put(
      String name, List<String> roles, @Nullable String password, Predicate<String> seen)
      throws IOException {
    if (!UserList.isName(name)) {
      throw new IllegalArgumentException(
          "a user's name has 1 to 64 letters, digits, dots, hyphens, underscores, at signs");
    }
    String hash =
        password == null ? null : PasswordHash.of(password, iterations); // outside the lock
    return changed(
        before -> {
          User old = expected(before, name, seen);
          String kept = hash != null ? hash : old == null ? null : old.password();
          if (kept == null) {
            throw new IllegalArgumentException("a new user needs a password");
          }
          User user =
              user(
                  name,
                  kept,
                  roles,
                  hash == null && old != null && old.generated(),
                  old == null ? null : old.secondFactor());
          if (old == null && before.users().size() >= UserList.MOST) {
            throw new IllegalArgumentException("there are " + UserList.MOST + " users already");
          }
          return new Change(before.with(user), user);
        });
  }

  /**
   * False: there is no such user.
   *
   * @param seen the user's version
   * @throws ChangedUserException the user is another one by now; nothing is changed
   * @throws IllegalArgumentException when no operator would be left
   */
  public boolean remove(String name, String seen) throws IOException {
    if (findNow(name).isEmpty()) {
      return false;
    }
    changed(
        before -> {
          User user = expected(before, name, seen::equals);
          if (user == null) {
            throw new ChangedUserException();
          }
          return new Change(before.without(name), user);
        });
    return true;
  }

  /**
   * Begins a second factor, in the place of one that was begun; nothing asks for it yet.
   *
   * @return the secret, in base32; empty: there is no such user, or it has a complete one
   */
  public Optional<String> beginSecondFactor(String name) throws IOException {
    SecondFactor begun = SecondFactor.begun();
    boolean done =
        replaced(name, user -> user.needsCode() ? Optional.empty() : Optional.of(user.with(begun)));
    return done ? Optional.of(Totp.base32(begun.key())) : Optional.empty();
  }

  /**
   * Completes the second factor that was begun, by a code of it; the user's sessions end.
   *
   * @return false: the code is wrong, or none was begun
   */
  public boolean completeSecondFactor(String name, String code) throws IOException {
    User user = findNow(name).orElse(null);
    SecondFactor begun = user == null ? null : user.secondFactor();
    OptionalLong step =
        begun == null || begun.complete()
            ? OptionalLong.empty()
            : Totp.step(begun, code, Instant.now());
    if (user == null || begun == null || step.isEmpty()) {
      return false;
    }
    changeSecondFactor(user, begun.used(step.getAsLong()));
    return true;
  }

  /**
   * Takes the user's second factor away; the user's sessions end.
   *
   * @return false: there is none
   * @throws ChangedUserException the user is another one by now; nothing is changed
   */
  public boolean removeSecondFactor(String name) throws IOException {
    User user = findNow(name).orElse(null);
    if (user == null || user.secondFactor() == null) {
      return false;
    }
    changeSecondFactor(user, null);
    return true;
  }

  private void changeSecondFactor(User seen, @Nullable SecondFactor factor) throws IOException {
    changed(
        before -> {
          User now = expected(before, seen.name(), seen.version()::equals);
          if (now == null || !Objects.equals(now.secondFactor(), seen.secondFactor())) {
            throw new ChangedUserException();
          }
          User user = now.remade(factor);
          return new Change(before.with(user), user);
        });
  }

  /**
   * Whether the code is the user's and was not used before, in any replica with this file: it is
   * used by this call.
   */
  public boolean useCode(String name, String code) throws IOException {
    if (!isUnused(user(name).orElse(null), code)) {
      return false; // a wrong code locks no file
    }
    return replaced(
        name,
        user -> {
          SecondFactor factor = user.secondFactor();
          return factor == null || !factor.complete()
              ? Optional.empty()
              : Totp.step(factor, code, Instant.now()).stream()
                  .mapToObj(step -> user.with(factor.used(step)))
                  .findFirst();
        });
  }

  private static boolean isUnused(@Nullable User user, String code) {
    return user != null
        && user.secondFactor() != null
        && Totp.step(user.secondFactor(), code, Instant.now()).isPresent();
  }

  /** Writes the same user with another second factor; its sessions go on. */
  private boolean replaced(String name, Function<User, Optional<User>> change) throws IOException {
    boolean replaced =
        SecretFile.locked(
            file,
            () -> {
              UserList before = UserList.parse(Files.readAllBytes(file));
              Optional<User> user = Optional.ofNullable(before.users().get(name)).flatMap(change);
              if (user.isPresent()) {
                byte[] written = before.with(user.get()).bytes();
                UserList.parse(written); // as every reader must be able to
                SecretFile.write(file, written);
              }
              return user.isPresent();
            });
    list.look();
    return replaced;
  }

  /** The user as it is in the file; null: there is none. */
  private static @Nullable User expected(UserList users, String name, Predicate<String> seen) {
    User user = users.users().get(name);
    if (!seen.test(user == null ? NONE : user.version())) {
      throw new ChangedUserException();
    }
    return user;
  }

  /** A password that nobody guesses: 144 random bits. */
  public static String randomPassword() {
    return SecretFile.random(18);
  }

  /** The list after a change, and the user that it was about. */
  private record Change(UserList list, User user) {}

  private interface Step {
    Change of(UserList before);
  }

  private User changed(Step step) throws IOException {
    User user =
        SecretFile.locked(
            file,
            () -> {
              Change change = step.of(UserList.parse(Files.readAllBytes(file)));
              if (!change.list().hasOperator()) {
                throw new IllegalArgumentException("no operator would be left");
              }
              byte[] written = change.list().bytes();
              UserList.parse(written); // nothing that could not be read again
              // First, so that no session outlives the change.
              writeSessions(before -> before.ended(change.user().name(), now()));
              SecretFile.write(file, written);
              return change.user();
            });
    changed();
    return user;
  }

  /** Makes what is missing. */
  private void prepare() throws IOException {
    if (Files.exists(credentials) && Files.exists(file) && Files.exists(sessionsFile)) {
      GeneratedUser.at(credentials);
    } else {
      SecretFile.locked(
          file,
          () -> {
            firstUser();
            return true;
          });
    }
    SecretFile.warnOfReaders(file);
  }

  private void firstUser() throws IOException {
    if (!Files.exists(sessionsFile)) {
      SessionList none = Files.exists(file) ? writtenSessions() : SessionList.EMPTY;
      SecretFile.write(sessionsFile, none.bytes());
    }
    if (!Files.exists(file)) {
      Optional<GeneratedUser> given = GeneratedUser.at(credentials);
      GeneratedUser first =
          given.isPresent() ? given.get() : GeneratedUser.make(credentials, FIRST);
      String hash = PasswordHash.of(first.password(), iterations);
      User user = user(first.name(), hash, List.of(Rights.OPERATOR), true, null);
      SecretFile.write(file, UserList.bytes(List.of(user)));
      return;
    }
    UserList users = UserList.parse(Files.readAllBytes(file));
    Optional<User> generated = users.users().values().stream().filter(User::generated).findFirst();
    if (generated.isPresent() && GeneratedUser.at(credentials).isEmpty()) {
      // The way to a new password, and back in without the second factor.
      User old = generated.get();
      GeneratedUser made = GeneratedUser.make(credentials, old.name());
      String hash = PasswordHash.of(made.password(), iterations);
      User user = user(old.name(), hash, old.roles(), true, null);
      writeSessions(before -> before.ended(old.name(), now()));
      SecretFile.write(file, users.with(user).bytes());
    }
  }

  /**
   * Of a user that is as it was made, the file counts: somebody may have written another password.
   */
  private Optional<GeneratedUser> generated(User user) {
    try {
      return GeneratedUser.at(credentials).filter(given -> given.name().equals(user.name()));
    } catch (IOException | IllegalStateException e) {
      LOG.warnf("%s is ignored: %s", credentials, e.getMessage());
      return Optional.empty();
    }
  }

  /**
   * Looks whether another password was written into the credentials file, and ends the sessions of
   * its user then. To be called again and again; takes the time of a comparison after a change.
   *
   * @return the user whose sessions ended; empty: there is nothing new
   */
  public Optional<String> takeCredentials() throws IOException {
    Optional<User> generated = all().stream().filter(User::generated).findFirst();
    if (generated.isEmpty() || !given.look() || given.content().equals(taken.get())) {
      return Optional.empty();
    }
    Optional<GeneratedUser> now = given.content();
    String name = generated.get().name();
    boolean changed =
        now.isPresent() && now.get().name().equals(name) && takeCredentials(now.get());
    taken.set(now);
    return changed ? Optional.of(name) : Optional.empty();
  }

  /** False: its password is the one that the users' file knows by its hash. */
  private boolean takeCredentials(GeneratedUser now) throws IOException {
    String hash = PasswordHash.of(now.password(), iterations);
    try {
      changed(
          before -> {
            User old = before.users().get(now.name());
            if (old == null
                || !old.generated()
                || PasswordHash.matches(now.password(), old.password())) {
              throw new ChangedUserException();
            }
            User user = user(old.name(), hash, old.roles(), true, old.secondFactor());
            return new Change(before.with(user), user);
          });
      return true;
    } catch (ChangedUserException e) {
      return false;
    }
  }

  static User user(
      String name,
      String hash,
      List<String> roles,
      boolean generated,
      @Nullable SecondFactor secondFactor) {
    return new User(
        name,
        hash,
        roles.stream().distinct().sorted().toList(),
        SecretFile.random(9),
        Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(),
        generated,
        secondFactor);
  }
}
