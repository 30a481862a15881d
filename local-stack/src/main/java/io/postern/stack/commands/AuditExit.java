package io.postern.stack.commands;

/**
 * With which code an audit ends, beside a running {@code ./run} as in containers (docs/audit.md): 0
 * clean, 1 a finding ({@link io.postern.stack.audit.AuditReport#exitCode}), and these.
 */
final class AuditExit {
  /** Wrong arguments; picocli's code. */
  static final int USAGE = 2;

  /** The log could not be asked, so nothing is said: neither good nor bad. */
  static final int NOT_ASKED = 3;

  private AuditExit() {}
}
