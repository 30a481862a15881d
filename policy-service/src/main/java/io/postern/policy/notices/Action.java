package io.postern.policy.notices;

import io.postern.contracts.v1.NoticeKind;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The action that a DSN reports (RFC 3464 §2.3.3), with the NOTIFY value that asks for it (RFC 3461
 * §4.1). "delivered" and "expanded" are never ours: a relay hands on.
 */
enum Action {
  FAILED("FAILURE", true),
  DELAYED("DELAY", true),
  RELAYED("SUCCESS", false);

  private final String notify;
  private final boolean unasked;

  Action(String notify, boolean unasked) {
    this.notify = notify;
    this.unasked = unasked;
  }

  /** Null for a kind that asks for no DSN, or that this version does not know. */
  static @Nullable Action of(NoticeKind kind) {
    return switch (kind) {
      case NOTICE_FAILED -> FAILED;
      case NOTICE_DELAYED -> DELAYED;
      case NOTICE_RELAYED -> RELAYED;
      case KEEP_CONTENT, NOTICE_KIND_UNSPECIFIED, UNRECOGNIZED -> null;
    };
  }

  /** Whether the sender wants it; without NOTIFY failures, and at our choice delays. */
  boolean wanted(List<String> notifyValues) {
    return notifyValues.isEmpty() ? unasked : notifyValues.contains(notify);
  }

  /** As the Action field and metrics spell it. */
  String word() {
    return name().toLowerCase(Locale.ROOT);
  }
}
