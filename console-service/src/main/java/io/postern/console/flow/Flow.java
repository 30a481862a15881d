package io.postern.console.flow;

import io.postern.console.store.ReadTo;
import java.util.List;
import org.eclipse.microprofile.openapi.annotations.media.Schema;

/**
 * Recipients of mail by the time of its acceptance and by TLS, and refusals by their time and rule,
 * the oldest first. Times without any are left out.
 *
 * @param since RFC 3339, the beginning of the first step
 * @param until RFC 3339, not included
 * @param step hour or day (UTC)
 */
public record Flow(
    String since,
    String until,
    String step,
    List<In> in,
    List<Out> out,
    List<Refused> refused,
    ReadTo readTo) {
  /**
   * Mail that came in.
   *
   * @param at beginning of the step, RFC 3339
   * @param tls version of the session: none, TLSv1.2, TLSv1.3
   */
  @Schema(name = "FlowIn")
  public record In(String at, String tls, long recipients) {}

  /**
   * Mail that goes out, in its present state.
   *
   * @param at beginning of the step, RFC 3339
   * @param tls result of the last attempt, such as encryption-only:encryption-only; empty: none yet
   * @param version of the last attempt's session
   */
  @Schema(name = "FlowOut")
  public record Out(String at, String tls, String version, String state, long recipients) {}

  /**
   * Mail that was refused, as far as refusals are kept.
   *
   * @param at beginning of the step, RFC 3339
   * @param rule the condition that refused
   * @param refusals those that a record stands for included
   */
  @Schema(name = "FlowRefused")
  public record Refused(String at, String rule, long refusals) {}

  public Flow {
    refused = List.copyOf(refused);
    in = List.copyOf(in);
    out = List.copyOf(out);
  }
}
