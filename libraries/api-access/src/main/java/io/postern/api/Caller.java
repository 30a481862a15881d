package io.postern.api;

import io.postern.api.signin.OpenSession;
import io.postern.bounds.Holder;
import io.quarkus.security.identity.SecurityIdentity;
import jakarta.enterprise.context.RequestScoped;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * The caller of an API and the caller's rights. Roles: an operator reads and changes everything; an
 * administrator reads and changes the objects of organizations; an auditor reads them. Objects of
 * an organization that the caller does not see are answered with 404 (G8). One request, one thread.
 */
@RequestScoped
public class Caller {
  private final SecurityIdentity identity;

  Caller(SecurityIdentity identity) {
    this.identity = identity;
  }

  /** False: the call needs no credentials, and has none. */
  public boolean isSignedIn() {
    return !identity.isAnonymous();
  }

  /** For records of changes. */
  public String name() {
    return identity.getPrincipal().getName();
  }

  /** The id of its session; empty: it shows a password, or a token without an id. */
  public String session() {
    return OpenSession.of(identity).map(OpenSession::id).orElse("");
  }

  /** For whom the call holds places: the user, and all organizations that it reads as one. */
  public Holder holder() {
    return new Holder(
        name(), organizations().map(all -> String.join(",", new TreeSet<>(all))).orElse(""));
  }

  public Rights rights() {
    return Rights.of(identity.getRoles());
  }

  public boolean isOperator() {
    return rights().operator();
  }

  /** The organizations whose objects the caller reads; empty: all. */
  public Optional<Set<String>> organizations() {
    return rights().reads();
  }

  /**
   * @param what as in "There is no {what}."
   * @throws ProblemException 404
   */
  public void requireRead(String organization, String what) {
    if (!rights().mayRead(organization)) {
      throw ProblemException.notFound(what);
    }
  }

  /**
   * @throws ProblemException 404: the caller does not see the organization; 403: the caller only
   *     reads it
   */
  public void requireChange(String organization, String what) {
    requireRead(organization, what);
    if (!rights().mayChange(organization)) {
      throw ProblemException.forbidden(
          "This needs the role of an administrator of the organization " + organization + ".");
    }
  }

  /**
   * @throws ProblemException 403
   */
  public void requireOperator() {
    if (!isOperator()) {
      throw ProblemException.forbidden("This needs the role of an operator.");
    }
  }
}
