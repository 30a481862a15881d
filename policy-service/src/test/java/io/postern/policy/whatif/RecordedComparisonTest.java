package io.postern.policy.whatif;

import static org.assertj.core.api.Assertions.assertThat;

import io.postern.contracts.v1.ComparisonRecord;
import io.postern.contracts.v1.ComparisonState;
import io.postern.policy.whatif.Difference.Sample;
import io.postern.policy.whatif.RecordedComparison.Snapshot;
import io.postern.policy.whatif.WhatIfResult.Unknown;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** One comparison as another replica reads it: whole, in parts, twice, and not to its end. */
class RecordedComparisonTest {
  private static final WhatIfResult RESULT = result(3);

  private final RecordedComparison comparison = new RecordedComparison("id");
  private int number;

  private static WhatIfResult result(int differences) {
    Sample mail = new Sample("001", "2026-11-27T10:00:00Z", "f".repeat(255), "c".repeat(255));
    return new WhatIfResult(
        17,
        "2026-11-21T10:00:00Z",
        5,
        4,
        9,
        IntStream.range(0, differences)
            .mapToObj(
                i ->
                    new Difference(
                        "otherWay", "contoso", "p" + i, "a", "b", "rule", i, List.of(mail, mail)))
            .toList(),
        List.of(new Unknown("a reason", 2)),
        1.25);
  }

  private List<ComparisonRecord> begun(List<String> organizations) {
    List<ComparisonRecord.Builder> parts = ComparisonParts.ofOrganizations(organizations);
    parts.forEach(part -> part.setBy("anna"));
    return numbered(parts, ComparisonState.COMPARISON_RUNNING);
  }

  private List<ComparisonRecord> numbered(
      List<ComparisonRecord.Builder> parts, ComparisonState last) {
    parts.getLast().setState(last);
    List<ComparisonRecord> records = new ArrayList<>();
    parts.forEach(part -> records.add(part.setNumber(number++).build()));
    return records;
  }

  private void take(List<ComparisonRecord> records) {
    records.forEach(record -> comparison.take(record, 1, 0));
  }

  private Snapshot snapshot() {
    return comparison.snapshot(0);
  }

  @Test
  void aResultIsWholeAgain() {
    take(begun(List.of("contoso", "fabrikam")));
    assertThat(snapshot().view().state()).isEqualTo("running");
    take(numbered(ComparisonParts.ofResult(RESULT), ComparisonState.COMPARISON_DONE));

    assertThat(snapshot().by()).isEqualTo("anna");
    assertThat(snapshot().running()).isFalse();
    assertThat(snapshot().organizations()).containsExactlyInAnyOrder("contoso", "fabrikam");
    assertThat(snapshot().view().state()).isEqualTo("done");
    assertThat(snapshot().view().percent()).isEqualTo(100);
    assertThat(snapshot().view().result()).isEqualTo(RESULT);
  }

  /** Remote senders choose the domains in it, and a draft may name thousands of organizations. */
  @Test
  void eachRecordOfALargeOneHasPlaceInTheTopic() {
    WhatIfResult large = result(2_000);
    List<String> organizations =
        IntStream.range(0, 20_000).mapToObj(i -> "an-organization-with-a-name-" + i).toList();
    List<ComparisonRecord> begun = begun(organizations);
    List<ComparisonRecord> end =
        numbered(ComparisonParts.ofResult(large), ComparisonState.COMPARISON_DONE);

    assertThat(begun).hasSizeGreaterThan(1);
    assertThat(end).hasSizeGreaterThan(1);
    assertThat(begun).allMatch(record -> record.getSerializedSize() < 512 << 10);
    assertThat(end).allMatch(record -> record.getSerializedSize() < 512 << 10);
    take(begun);
    take(end);
    assertThat(snapshot().organizations()).hasSize(organizations.size());
    assertThat(snapshot().view().result()).isEqualTo(large);
  }

  /** Else whoever reads the organizations that have come would read of the others (G8). */
  @Test
  void withoutAllItsOrganizationsItIsNotKnown() {
    List<ComparisonRecord> begun =
        begun(IntStream.range(0, 20_000).mapToObj(i -> "organization-" + i).toList());
    take(begun.subList(1, begun.size()));
    assertThat(comparison.isKnown()).isFalse();
    take(numbered(ComparisonParts.ofResult(RESULT), ComparisonState.COMPARISON_DONE));
    assertThat(comparison.isKnown()).isFalse();
  }

  @Test
  void whatComesTwiceCountsOnce() {
    List<ComparisonRecord> all = new ArrayList<>(begun(List.of("contoso")));
    List<ComparisonRecord> end =
        numbered(ComparisonParts.ofResult(result(2_000)), ComparisonState.COMPARISON_DONE);
    all.addAll(end.subList(0, 1));
    all.addAll(end);
    take(all);
    take(all);
    assertThat(snapshot().view().result()).isEqualTo(result(2_000));
    assertThat(snapshot().organizations()).containsExactly("contoso");
  }

  @Test
  void aResultOfWhichAPartIsMissingHasFailed() {
    take(begun(List.of("contoso")));
    List<ComparisonRecord> end =
        numbered(ComparisonParts.ofResult(result(2_000)), ComparisonState.COMPARISON_DONE);
    take(end.subList(1, end.size()));
    assertThat(snapshot().view().state()).isEqualTo("failed");
    assertThat(snapshot().view().failure()).contains("Start it again");
    assertThat(snapshot().view().result()).isNull();
  }

  @Test
  void aReplicaOfWhichNothingIsHeardHasStopped() {
    take(begun(List.of("contoso")));
    ComparisonRecord progress =
        numbered(
                List.of(ComparisonRecord.newBuilder().setPercent(40)),
                ComparisonState.COMPARISON_STATE_UNSPECIFIED)
            .getFirst();
    long silence = RecordedComparison.SILENCE.toNanos();
    comparison.take(progress, 2, silence);

    assertThat(comparison.snapshot(2 * silence).view().state()).isEqualTo("running");
    assertThat(comparison.snapshot(2 * silence).view().percent()).isEqualTo(40);
    Snapshot lost = comparison.snapshot(2 * silence + 1);
    assertThat(lost.view().state()).isEqualTo("failed");
    assertThat(lost.view().failure()).contains("has stopped", "Start it again");
    assertThat(lost.running()).isFalse();
  }

  @Test
  void afterTheEndNothingChanges() {
    take(begun(List.of("contoso")));
    take(numbered(List.of(ComparisonRecord.newBuilder()), ComparisonState.COMPARISON_CANCELLED));
    take(numbered(ComparisonParts.ofResult(RESULT), ComparisonState.COMPARISON_DONE));
    assertThat(snapshot().view().state()).isEqualTo("cancelled");
    assertThat(snapshot().view().result()).isNull();
  }
}
