package io.postern.api.signin;

import jakarta.enterprise.context.ApplicationScoped;

/** Ends sessions of browsers that nobody uses. Any thread; does not block. */
@ApplicationScoped
public class IdleSessions {
  private final Tokens tokens;
  private final ProviderSessions providers;
  private final PolicySessions policy;

  IdleSessions(Tokens tokens, ProviderSessions providers, PolicySessions policy) {
    this.tokens = tokens;
    this.providers = providers;
    this.policy = policy;
  }

  /**
   * Ends the session of a token in every service, as far as policy-service responds; else it ends
   * with the token. One that is not good causes no call: anybody can send one.
   */
  public void end(String token) {
    try {
      if (tokens.user(token).isPresent() || providers.identity(token).isPresent()) {
        policy.end(token, null).subscribe().with(ended -> {}, failure -> {});
      }
    } catch (UnknownAccessException e) {
      return; // nothing is known yet: it is refused anyway
    }
  }
}
