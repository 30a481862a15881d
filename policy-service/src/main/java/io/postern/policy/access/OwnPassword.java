package io.postern.policy.access;

import io.postern.api.Caller;
import io.postern.api.Problem;
import io.postern.api.ProblemException;
import io.postern.api.signin.Passwords;
import io.postern.api.signin.Sessions;
import io.postern.api.users.User;
import io.postern.api.users.Users;
import io.quarkus.security.AuthenticationFailedException;
import io.quarkus.security.identity.SecurityIdentity;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.RequestScoped;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The caller's password, shown again for a change of who may sign in (OWASP ASVS 7.5.1): a session
 * left open must not be enough. One request, one thread, which blocks with the delays of a sign-in.
 */
@RequestScoped
public class OwnPassword {
  /** Of wrong passwords before: each is delayed by 5 s at most. */
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Users users;
  private final Passwords passwords;
  private final Caller caller;
  private final SecurityIdentity identity;
  private final HttpServerRequest request;

  OwnPassword(
      Users users,
      Passwords passwords,
      Caller caller,
      SecurityIdentity identity,
      HttpServerRequest request) {
    this.users = users;
    this.passwords = passwords;
    this.caller = caller;
    this.identity = identity;
    this.request = request;
  }

  /**
   * The caller as the file of users has it now, which another replica may just have changed.
   *
   * @return empty: a provider's user or an emergency key, who have no password here
   * @throws AuthenticationFailedException the caller was removed a moment ago
   */
  Optional<User> user() {
    if (!Users.isLocalName(caller.name())) {
      return Optional.empty();
    }
    Optional<User> user = users.findNow(caller.name());
    if (user.isEmpty()) {
      throw new AuthenticationFailedException();
    }
    return user;
  }

  /**
   * Nothing is required of a provider's user or an emergency key.
   *
   * @param current the caller's password; null: none was given, which is enough where this request
   *     shows it by HTTP Basic
   * @throws ProblemException 403: it is not the caller's
   * @throws AuthenticationFailedException the caller was removed a moment ago, or changed after
   *     this request showed the password
   */
  public void require(@Nullable String current) {
    Optional<User> user = user();
    if (user.isEmpty()) {
      return;
    }
    Optional<String> shown = Sessions.byPassword(identity);
    if (current == null && shown.isPresent()) {
      if (!shown.get().equals(user.get().version())) {
        throw new AuthenticationFailedException();
      }
      return;
    }
    try {
      passwords
          .password(caller.name(), current == null ? "" : current, request.remoteAddress())
          .await()
          .atMost(PATIENCE);
    } catch (AuthenticationFailedException e) {
      if (e.getCause() != null) {
        throw e; // it was not looked at
      }
      throw refused("The current password is wrong.", "/current", "it is not the user's password");
    }
  }

  /**
   * @throws ProblemException 403: it is not a code of the caller's, or was used
   */
  void requireCode(String code) {
    if (!passwords.code(caller.name(), code, request.remoteAddress()).await().atMost(PATIENCE)) {
      throw wrongCode();
    }
  }

  static ProblemException wrongCode() {
    return refused("The code is wrong, or was used.", "/code", "it is not right now");
  }

  private static ProblemException refused(String detail, String pointer, String fault) {
    String cure = pointer.equals("/code") ? "write the next one" : "write it again";
    return new ProblemException(
        Problem.of(
            Response.Status.FORBIDDEN.getStatusCode(),
            "Not allowed",
            detail,
            List.of(new Problem.Fault(pointer, fault, cure))));
  }
}
