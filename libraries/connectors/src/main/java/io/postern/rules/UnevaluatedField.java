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
              "leave it out, and have the host send its intermediate certificates"),
          new UnevaluatedField<>(
              "testMode",
              "`true`",
              OutboundConnector::getTestMode,
              "write mode: reportOnly for a trial, or enabled: false for a connector that takes no mail"),
          new UnevaluatedField<>(
              "isTransportRuleScoped",
              "`true`",
              OutboundConnector::getIsTransportRuleScoped,
              "leave it out, and write recipientDomains: there are no mail flow rules that could"
                  + " name the connector"));
}
