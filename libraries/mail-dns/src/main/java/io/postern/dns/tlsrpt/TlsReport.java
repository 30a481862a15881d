package io.postern.dns.tlsrpt;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A report about the TLS of the sessions with one policy domain (RFC 8460 §4). Names of fields are
 * the RFC's. What is not known is ignored when a report is read, and what is missing is empty.
 *
 * @param organizationName of the reporting side
 * @param contactInfo of the same
 * @param reportId unique together with the organization's name
 */
@JsonIgnoreProperties(ignoreUnknown = true)
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record TlsReport(
    @JsonProperty("organization-name") String organizationName,
    @JsonProperty("date-range") DateRange dateRange,
    @JsonProperty("contact-info") String contactInfo,
    @JsonProperty("report-id") String reportId,
    @JsonProperty("policies") List<PolicyResult> policies) {
  public TlsReport {
    organizationName = orEmpty(organizationName);
    contactInfo = orEmpty(contactInfo);
    reportId = orEmpty(reportId);
    dateRange = dateRange == null ? new DateRange("", "") : dateRange;
    policies = orNone(policies);
  }

  /** UTC, RFC 3339. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record DateRange(
      @JsonProperty("start-datetime") String start, @JsonProperty("end-datetime") String end) {
    public DateRange {
      start = orEmpty(start);
      end = orEmpty(end);
    }
  }

  /** The sessions under one policy. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record PolicyResult(
      @JsonProperty("policy") Policy policy,
      @JsonProperty("summary") Summary summary,
      @JsonProperty("failure-details") List<FailureDetails> failures) {
    public PolicyResult {
      policy = policy == null ? new Policy("", List.of(), "", List.of()) : policy;
      summary = summary == null ? new Summary(0, 0) : summary;
      failures = orNone(failures);
    }
  }

  /**
   * A policy.
   *
   * @param type {@code tlsa}, {@code sts} or {@code no-policy-found}
   * @param lines of the policy; TLSA records in the form of a zone file
   */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record Policy(
      @JsonProperty("policy-type") String type,
      @JsonProperty("policy-string") List<String> lines,
      @JsonProperty("policy-domain") String domain,
      @JsonProperty("mx-host") List<String> mxHosts) {
    public Policy {
      type = orEmpty(type);
      lines = orNone(lines);
      domain = orEmpty(domain);
      mxHosts = orNone(mxHosts);
    }
  }

  /** Counts of sessions. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  public record Summary(
      @JsonProperty("total-successful-session-count") long successful,
      @JsonProperty("total-failure-session-count") long failed) {}

  /** Sessions that failed in the same way. */
  @JsonIgnoreProperties(ignoreUnknown = true)
  @JsonInclude(JsonInclude.Include.NON_EMPTY)
  public record FailureDetails(
      @JsonProperty("result-type") @Nullable ResultType type,
      @JsonProperty("sending-mta-ip") String sendingAddress,
      @JsonProperty("receiving-mx-hostname") String receivingHost,
      @JsonProperty("receiving-ip") String receivingAddress,
      @JsonProperty("failed-session-count") long sessions,
      @JsonProperty("additional-information") String information,
      @JsonProperty("failure-reason-code") String reasonCode) {
    public FailureDetails {
      type = type == null ? ResultType.VALIDATION_FAILURE : type;
      sendingAddress = orEmpty(sendingAddress);
      receivingHost = orEmpty(receivingHost);
      receivingAddress = orEmpty(receivingAddress);
      information = orEmpty(information);
      reasonCode = orEmpty(reasonCode);
    }
  }

  private static String orEmpty(@Nullable String text) {
    return text == null ? "" : text;
  }

  private static <T> List<T> orNone(@Nullable List<T> list) {
    return list == null ? List.of() : List.copyOf(list);
  }
}
