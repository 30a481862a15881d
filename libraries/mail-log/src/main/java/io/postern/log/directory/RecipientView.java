package io.postern.log.directory;

import com.google.protobuf.InvalidProtocolBufferException;
import org.jspecify.annotations.Nullable;

/**
 * The view of the lists of recipients that a {@link DirectoryReader} fills beside the directory.
 * Called by the reader's thread alone; the {@link SnapshotFactory} puts it into the directory.
 */
public interface RecipientView {
  /** The topic is read from its start: records come again. */
  void begin();

  /**
   * Takes the next record of {@code directory.recipients}. A value of null: the key's record was
   * removed.
   */
  void take(String key, byte @Nullable [] value) throws InvalidProtocolBufferException;
}
