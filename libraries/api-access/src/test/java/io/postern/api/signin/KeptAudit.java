package io.postern.api.signin;

import io.postern.api.audit.AccessAudit;
import io.postern.contracts.v1.AccessEvent;
import io.postern.contracts.v1.AccessEventKind;
import jakarta.inject.Singleton;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps what is recorded, in place of the topic. */
@Singleton
public class KeptAudit implements AccessAudit {
  private final List<AccessEvent> events = new CopyOnWriteArrayList<>();

  @Override
  public void record(AccessEvent.Builder event) {
    events.add(event.build());
  }

  @Override
  public void refused(AccessEventKind kind, String user, String network, String detail) {
    record(
        AccessEvent.newBuilder()
            .setKind(kind)
            .setUser(user)
            .setClient(network)
            .setDetail(detail)
            .setCount(1));
  }

  List<AccessEvent> of(AccessEventKind kind) {
    return events.stream().filter(event -> event.getKind() == kind).toList();
  }
}
