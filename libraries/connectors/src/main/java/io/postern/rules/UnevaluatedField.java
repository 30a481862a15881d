package io.postern.rules;

import io.postern.contracts.v1.OutboundConnector;
import java.util.List;
import java.util.function.Predicate;

/**
 * A field of a connector or accepted domain that this version does not evaluate. A value that would
 * protect is refused, since the administrator who writes it believes that it protects.
 * docs/reference/directory-file.md has the same table. Immutable, any thread.
 *
 * @param name Exchange's parameter, in camelCase
 * @param refused the values, for people
 * @param refuses whether this connector or domain has one of them
 * @param cure the text of the refusal
 */
public record UnevaluatedField<C>(String name, String refused, Predicate<C> refuses, String cure) {
  public static final List<UnevaluatedField<OutboundConnector>> OUTBOUND =
      List.of(
          new UnevaluatedField<>(
              "aia",
              "`true`",
              OutboundConnector::getAia,
              "remove it, and let the host send its intermediate certificates"),
          new UnevaluatedField<>(
              "testMode",
              "`true`",
              OutboundConnector::getTestMode,
              "use mode: reportOnly for a test, or enabled: false to turn the connector off"),
          new UnevaluatedField<>(
              "isTransportRuleScoped",
              "`true`",
              OutboundConnector::getIsTransportRuleScoped,
              "remove it, and use recipientDomains: there are no mail flow rules that could select "
                  + "the connector"));
}
