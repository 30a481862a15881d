package io.postern.policy.notices;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.Reasons;
import io.postern.contracts.Spelling;
import io.postern.contracts.v1.OutcomeKind;
import io.postern.contracts.v1.VerdictReason;
import io.postern.policy.notices.Meaning.Duty;
import io.postern.smtp.EnhancedCode;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class MeaningsTest {
  /** Every reason that the contracts know. */
  static List<String> reasons() throws IllegalAccessException {
    List<String> reasons = new ArrayList<>();
    for (var field : Reasons.class.getFields()) {
      if (Modifier.isStatic(field.getModifiers())) {
        reasons.add((String) field.get(null));
      }
    }
    Arrays.stream(VerdictReason.values())
        .filter(r -> r != VerdictReason.UNRECOGNIZED)
        .filter(r -> r != VerdictReason.VERDICT_REASON_UNSPECIFIED)
        .map(Spelling::of)
        .forEach(reasons::add);
    return reasons;
  }

  static Stream<String> more() {
    return Stream.of("dane-tlsa-invalid", "mta-sts-mx-mismatch");
  }

  @ParameterizedTest
  @MethodSource({"reasons", "more"})
  void everyReasonHasItsSentenceItsCodeAndSomebodyWhoMustAct(String reason) {
    Meaning meaning = Meanings.of(reason, "");
    assertThat(meaning).as(reason).isNotEqualTo(Meanings.of("never heard of", ""));
    assertThat(meaning.sentence()).matches("[A-Z].*[^.]\\.");
    assertThat(meaning.cure()).matches("[a-z].*[^.]");
    assertThat(EnhancedCode.parse("5." + meaning.code())).isNotNull();
    assertThat(meaning.sentence() + meaning.cure())
        .as("no internal name is shown to a sender")
        .doesNotContain("connector", "decider", "Kafka", "topic");
  }

  /** A missing intermediate and an authority that is not trusted look alike. */
  @ParameterizedTest
  @CsvSource({"untrusted-root, agree, chain", "incomplete-chain, chain, agree"})
  void aChainWithoutAnAnchorHasBothCuresTheLikelierFirst(
      String reason, String first, String second) {
    String cure = Meanings.of(reason, "").cure();
    assertThat(cure.replace("intermediate certificates", "chain"))
        .containsSubsequence(first, second);
  }

  @Test
  void thereAreAsManyAsTheDesignLists() throws Exception {
    assertThat(reasons()).doesNotHaveDuplicates().hasSizeGreaterThanOrEqualTo(26 + 21);
  }

  @ParameterizedTest
  @CsvSource({
    "not-offered, 7.321, true, PEER",
    "name-mismatch, 7.320, true, PEER",
    "revoked, 7.320, true, PEER",
    "expired, 7.320, true, PEER",
    "revocation-unreachable, 7.320, true, OURS",
    "verdict-unavailable, 7.0, true, OURS",
    "requiretls-not-offered, 7.30, true, SENDER",
    "requiretls-mx-unproven, 7.30, true, SENDER",
    "dns-failure, 4.312, false, PEER",
    "connect-failed, 4.316, false, PEER",
    "no-mail-host, 1.2, false, SENDER",
    "private-address, 4.4, false, PEER",
    "too-large, 3.4, false, SENDER",
    "no-8bitmime, 6.3, false, SENDER",
    "no-binarymime, 6.3, false, SENDER",
    "no-smtputf8, 6.7, false, SENDER",
    "loop, 4.6, false, OURS",
    "connector-removed, 3.5, false, OURS",
    "next-hop-not-approved, 3.5, false, OURS",
    "dane-tlsa-invalid, 7.323, true, PEER",
    "of-a-newer-version, 0.0, false, OURS",
  })
  void reasonToCodeAndDuty(String reason, String code, boolean tls, Duty duty) {
    Meaning meaning = Meanings.of(reason, "");
    assertThat(meaning.code()).isEqualTo(code);
    assertThat(meaning.tls()).isEqualTo(tls);
    assertThat(meaning.duty()).isEqualTo(duty);
  }

  @ParameterizedTest
  @CsvSource({"5.1.1, SENDER", "5.2.3, SENDER", "5.3.4, SENDER", "5.7.1, PEER", "'', PEER"})
  void aRefusedAddressIsTheSendersAffair(String enhanced, Duty duty) {
    assertThat(Meanings.of(Reasons.REMOTE_5XX, enhanced).duty()).isEqualTo(duty);
  }

  @ParameterizedTest(name = "{0} {1} {2} {3} {4} -> {5}")
  @CsvSource({
    // the host's own code, in the class that fits
    "FAILED, FAILED, remote-5xx, 5.1.1, RCPT, 5.1.1",
    "FAILED, FAILED, remote-5xx, '', RCPT, 5.0.0",
    "FAILED, FAILED, remote-5xx, 5.nonsense, RCPT, 5.0.0",
    "FAILED, FAILED, too-large, 5.3.4, '', 5.3.4",
    "FAILED, EXPIRED_OUTCOME, remote-4xx, 4.2.2, RCPT, 4.2.2",
    "DELAYED, DEFERRED, remote-4xx, 4.2.2, RCPT, 4.2.2",
    "DELAYED, DEFERRED, remote-5xx, 5.3.2, connect, 4.3.2",
    "RELAYED, DELIVERED, '', 2.6.0, end-of-data, 2.6.0",
    // ours, when the host knows nothing of the requirement
    "FAILED, EXPIRED_OUTCOME, starttls-refused, 4.3.0, STARTTLS, 4.7.321",
    // nobody said anything
    "FAILED, EXPIRED_OUTCOME, connect-failed, -, '', 4.4.316",
    "FAILED, EXPIRED_OUTCOME, '', -, '', 4.4.7",
    "FAILED, CANCELLED, connector-removed, -, '', 5.7.1",
    "DELAYED, DEFERRED, revoked, -, '', 4.7.320",
    "RELAYED, DELIVERED, '', '', end-of-data, 2.0.0",
  })
  void statusOf(
      Action action,
      OutcomeKind kind,
      String reason,
      String enhanced,
      String command,
      String status) {
    ReportedRecipient recipient =
        new ReportedRecipient(
            0,
            io.postern.contracts.v1.EnvelopeRecipient.getDefaultInstance(),
            kind,
            "",
            reason,
            enhanced.equals("-")
                ? io.postern.contracts.v1.RemoteReply.getDefaultInstance()
                : Samples.reply(550, enhanced, "text", command),
            io.postern.contracts.v1.TlsRequirement.getDefaultInstance(),
            "",
            "",
            0);
    assertThat(recipient.status(action)).hasToString(status);
  }
}
