package io.postern.service;

import com.google.protobuf.InvalidProtocolBufferException;
import io.postern.contracts.v1.DirectoryObject;
import io.postern.log.LogSettings;
import io.postern.log.directory.AnchorSets;
import io.postern.log.directory.DirectoryReader;
import io.postern.log.directory.RecipientView;
import io.postern.log.directory.SnapshotFactory;
import io.postern.rules.Directory;
import io.postern.rules.recipients.RecipientRecords;
import java.util.Collection;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The maker of directories that have the lists of their domains' recipients. Owner: the reader's
 * thread.
 */
public final class RecipientsInDirectory implements SnapshotFactory<Directory>, RecipientView {
  private final RecipientRecords records = new RecipientRecords();

  private RecipientsInDirectory() {}

  /** A reader of both, to be started and closed. */
  public static DirectoryReader<Directory> reader(LogSettings settings, AnchorSets anchorSets) {
    RecipientsInDirectory both = new RecipientsInDirectory();
    return new DirectoryReader<>(settings, both, anchorSets, both);
  }

  @Override
  public void begin() {
    records.begin();
  }

  @Override
  public void take(String key, byte @Nullable [] value) throws InvalidProtocolBufferException {
    records.take(key, value);
  }

  @Override
  public Directory next(
      @Nullable Directory before,
      Collection<DirectoryObject> changes,
      long version,
      Map<String, Long> routingVersions,
      Map<String, Integer> markers) {
    return Directory.next(before, changes, version, routingVersions, markers, records.lists());
  }
}
