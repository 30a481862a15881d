package io.postern.policy.whatif;

import com.google.protobuf.MessageLite;
import io.postern.contracts.v1.ComparedDifference;
import io.postern.contracts.v1.ComparedMail;
import io.postern.contracts.v1.ComparisonRecord;
import io.postern.contracts.v1.ComparisonTotals;
import io.postern.contracts.v1.ComparisonUnknown;
import io.postern.policy.whatif.Difference.Sample;
import io.postern.policy.whatif.WhatIfResult.Unknown;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.ToIntFunction;

/**
 * A comparison as records: its names and differences go to as many as have place for them, since a
 * draft may have thousands of organizations, and remote senders choose the domains in a result.
 * Stateless.
 */
final class ComparisonParts {
  static final int MOST_BYTES = 256 << 10; // of a record; those of the topic have 1 MiB
  private static final double MILLIS = 1_000;
  private static final int CENTS = 100;

  private ComparisonParts() {}

  /** The records that hold the organizations; the last one says how many there are. */
  static List<ComparisonRecord.Builder> ofOrganizations(List<String> organizations) {
    List<ComparisonRecord.Builder> parts =
        split(organizations, name -> 3 * name.length(), ComparisonRecord.Builder::addOrganizations);
    parts.getLast().setAllOrganizations(organizations.size());
    return parts;
  }

  /** The records that hold a result; the last one has its totals. */
  static List<ComparisonRecord.Builder> ofResult(WhatIfResult result) {
    List<ComparisonRecord.Builder> parts =
        split(
            result.differences().stream().map(ComparisonParts::of).toList(),
            MessageLite::getSerializedSize,
            ComparisonRecord.Builder::addDifferences);
    ComparisonTotals.Builder totals =
        ComparisonTotals.newBuilder()
            .setDirectoryVersion(result.directoryVersion())
            .setSince(result.since())
            .setMessages(result.messages())
            .setRefusals(result.refusals())
            .setDecided(result.decided())
            .setAllDifferences(result.differences().size())
            .setMillis(Math.round(result.seconds() * MILLIS));
    result
        .cannotBeKnown()
        .forEach(
            unknown ->
                totals.addCannotBeKnown(
                    ComparisonUnknown.newBuilder()
                        .setReason(unknown.reason())
                        .setCount(unknown.count())));
    parts.getLast().setTotals(totals);
    return parts;
  }

  /** The result of all its records. */
  static WhatIfResult result(ComparisonTotals totals, List<ComparedDifference> differences) {
    return new WhatIfResult(
        totals.getDirectoryVersion(),
        totals.getSince(),
        totals.getMessages(),
        totals.getRefusals(),
        totals.getDecided(),
        differences.stream().map(ComparisonParts::difference).toList(),
        totals.getCannotBeKnownList().stream()
            .map(unknown -> new Unknown(unknown.getReason(), unknown.getCount()))
            .toList(),
        Math.round(totals.getMillis() / MILLIS * CENTS) / (double) CENTS);
  }

  private static <T> List<ComparisonRecord.Builder> split(
      List<T> all, ToIntFunction<T> size, BiConsumer<ComparisonRecord.Builder, T> add) {
    List<ComparisonRecord.Builder> parts = new ArrayList<>();
    parts.add(ComparisonRecord.newBuilder());
    int bytes = 0;
    for (T one : all) {
      bytes += size.applyAsInt(one);
      if (bytes > MOST_BYTES) {
        parts.add(ComparisonRecord.newBuilder());
        bytes = size.applyAsInt(one);
      }
      add.accept(parts.getLast(), one);
    }
    return parts;
  }

  private static ComparedDifference of(Difference difference) {
    ComparedDifference.Builder record =
        ComparedDifference.newBuilder()
            .setKind(difference.kind())
            .setOrganization(difference.organization())
            .setPartner(difference.partner())
            .setBefore(difference.before())
            .setAfter(difference.after())
            .setRule(difference.rule())
            .setCount(difference.count());
    difference
        .samples()
        .forEach(
            mail ->
                record.addSamples(
                    ComparedMail.newBuilder()
                        .setId(mail.id())
                        .setAt(mail.at())
                        .setSenderDomain(mail.senderDomain())
                        .setRecipientDomain(mail.recipientDomain())));
    return record.build();
  }

  private static Difference difference(ComparedDifference record) {
    return new Difference(
        record.getKind(),
        record.getOrganization(),
        record.getPartner(),
        record.getBefore(),
        record.getAfter(),
        record.getRule(),
        record.getCount(),
        record.getSamplesList().stream()
            .map(
                mail ->
                    new Sample(
                        mail.getId(),
                        mail.getAt(),
                        mail.getSenderDomain(),
                        mail.getRecipientDomain()))
            .toList());
  }
}
