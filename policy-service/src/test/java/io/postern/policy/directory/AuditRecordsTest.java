package io.postern.policy.directory;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.postern.contracts.DirectoryKeys;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.DirectoryAudit;
import io.postern.contracts.v1.DirectoryCommand;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.directory.DirectoryChange;
import io.postern.directory.DirectoryDiff;
import io.postern.rules.Directory;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** The records of a change: each within its bound, together the whole change, each object once. */
class AuditRecordsTest {
  private static final int MOST = DirectoryOwner.MAX_RECORD_BYTES;

  private static DirectoryObject object(int number, int bytes) {
    return DirectoryObject.newBuilder()
        .setAnchorSet(
            AnchorSet.newBuilder()
                .setOrganization("contoso")
                .setName("set" + number)
                .addCertificates(ByteString.copyFrom(new byte[bytes])))
        .build();
  }

  private static DirectoryCommand command(List<DirectoryObject> changes) {
    return DirectoryCommand.newBuilder()
        .setCommandId("id")
        .setActor("admin")
        .setReason("why")
        .addAllChanges(changes)
        .build();
  }

  private static Directory directory(List<DirectoryObject> objects) {
    return Directory.of(objects, 1, Map.of());
  }

  private static List<DirectoryAudit> records(
      List<DirectoryObject> before, List<DirectoryObject> after) {
    return AuditRecords.of(command(after), directory(before), after);
  }

  @Test
  void anyChangeOfObjectsThatFitIsInRecordsThatFit() {
    for (long seed = 0; seed < 50; seed++) {
      Random random = new Random(seed);
      List<DirectoryObject> before = new ArrayList<>();
      List<DirectoryObject> after = new ArrayList<>();
      for (int i = 0; i < 1 + random.nextInt(60); i++) {
        int bytes = random.nextInt(4) == 0 ? random.nextInt(490_000) : random.nextInt(3_000);
        DirectoryObject object = object(i, bytes);
        if (random.nextBoolean()) {
          before.add(object);
        }
        after.add(
            random.nextInt(3) == 0
                ? object.toBuilder().setRemoved(true).build()
                : object(i, bytes + random.nextInt(3)));
      }

      List<DirectoryAudit> records = records(before, after);

      assertThat(records)
          .allSatisfy(
              record -> {
                assertThat(
                        record.toBuilder().setVersion(Long.MAX_VALUE).build().getSerializedSize())
                    .isLessThanOrEqualTo(MOST);
                assertThat(record.getAfterCount()).isPositive();
                assertThat(record.getReason()).isEqualTo("why");
              })
          .extracting(DirectoryAudit::getCommandId)
          .doesNotHaveDuplicates()
          .first()
          .isEqualTo("id");
      assertThat(records.stream().flatMap(r -> r.getAfterList().stream()).map(DirectoryKeys::key))
          .containsExactlyElementsOf(after.stream().map(DirectoryKeys::key).toList());
      List<DirectoryChange> shown =
          records.stream()
              .flatMap(r -> DirectoryDiff.between(r.getBeforeList(), r.getAfterList()).stream())
              .toList();
      assertThat(shown).isEqualTo(DirectoryDiff.between(before, after));
    }
  }

  /** Twice in its record, it could be added and never removed. */
  @Test
  void anObjectThatFitsOnceCanBeRemoved() {
    DirectoryObject object = object(1, 900_000);

    List<DirectoryAudit> records =
        records(List.of(object), List.of(object.toBuilder().setRemoved(true).build()));

    assertThat(records)
        .singleElement()
        .satisfies(r -> assertThat(r.getBefore(0)).isEqualTo(object));
    assertThat(records.getFirst().getSerializedSize()).isLessThan(MOST);
  }
}
