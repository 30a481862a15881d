package io.postern.console.web.signin;

import io.postern.api.signin.ProviderSessions;
import io.postern.console.signin.ProviderException;

/** Why a sign-in at the provider, or a sign-out there, did not come about. */
enum ProviderFailure {
  /** The user, or the provider for its user, said no. */
  DENIED(403, "denied"),
  /** The browser did not begin it, or not within its time; or it is done. */
  ENDED(400, "ended"),
  SILENT(504, "silent"),
  /** Others wait for it already. */
  CROWDED(429, "crowded"),
  /** Its settings, or ours, are wrong. */
  UNEXPECTED(502, "unexpected"),
  REFUSED(400, "refused"),
  /** What it gave is not what services take. */
  TOKEN(502, "token"),
  NO_ROLE(403, "norole"),
  TOO_MANY_ROLES(403, "roles"),
  TOO_SHORT(502, "short"),
  /** policy-service, which begins sessions, does not answer. */
  NO_POLICY(503, "policy"),
  /** It has no sign-out for us to lead to. */
  STAYS(404, "stays");

  private final int status;
  private final String word;

  ProviderFailure(int status, String word) {
    this.status = status;
    this.word = word;
  }

  static ProviderFailure of(ProviderException.Kind kind) {
    return switch (kind) {
      case SILENT -> SILENT;
      case CROWDED -> CROWDED;
      case UNEXPECTED -> UNEXPECTED;
      case REFUSED -> REFUSED;
    };
  }

  static ProviderFailure of(ProviderSessions.Refusal refusal) {
    return switch (refusal) {
      case NO_ROLE -> NO_ROLE;
      case TOO_MANY_ROLES -> TOO_MANY_ROLES;
      case TOO_SHORT -> TOO_SHORT;
    };
  }

  int status() {
    return status;
  }

  /** Key of its text. */
  String text() {
    return "signin.provider." + word;
  }
}
