package io.postern.policy.access;

import io.postern.api.Caller;
import io.postern.api.audit.AccessAudit;
import io.postern.contracts.v1.AccessEvent;
import io.postern.contracts.v1.AccessEventKind;
import io.vertx.core.http.HttpServerRequest;
import jakarta.enterprise.context.RequestScoped;
import java.util.List;

/** Records of what the caller of this request does to access. One request, one thread. */
@RequestScoped
public class AccessRecords {
  private final AccessAudit audit;
  private final Caller caller;
  private final HttpServerRequest request;

  AccessRecords(AccessAudit audit, Caller caller, HttpServerRequest request) {
    this.audit = audit;
    this.caller = caller;
    this.request = request;
  }

  /**
   * @param user whose access it is
   */
  public void record(AccessEventKind kind, String user) {
    audit.record(event(kind, user));
  }

  /**
   * @param session its id, or empty
   * @param detail how
   */
  void record(AccessEventKind kind, String user, String session, String detail) {
    audit.record(event(kind, user).setSession(session).setDetail(detail));
  }

  /** Of a new user the former roles are none. */
  public void roles(AccessEventKind kind, String user, List<String> before, List<String> after) {
    audit.record(event(kind, user).addAllRolesBefore(before).addAllRolesAfter(after));
  }

  private AccessEvent.Builder event(AccessEventKind kind, String user) {
    String client = request.remoteAddress() == null ? null : request.remoteAddress().hostAddress();
    return AccessEvent.newBuilder()
        .setKind(kind)
        .setUser(user)
        .setBy(caller.name())
        .setClient(client == null ? "" : client);
  }
}
