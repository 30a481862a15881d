package io.postern.log.sending;

import com.google.protobuf.UnsafeByteOperations;
import io.postern.contracts.AcceptedContent;
import io.postern.contracts.QueueId;
import io.postern.contracts.v1.ContentChunk;
import io.postern.contracts.v1.ContentReference;
import java.util.List;

/** The records of a content: its chunks, and the reference by which readers find them. */
final class ContentRecords {
  private ContentRecords() {}

  /** A chunk's record. The bytes are copied. */
  static byte[] chunk(QueueId queueId, int index, byte[] buffer, int length, boolean last) {
    return ContentChunk.newBuilder()
        .setQueueId(queueId.value())
        .setIndex(index)
        .setData(UnsafeByteOperations.unsafeWrap(buffer, 0, length))
        .setLast(last)
        .build()
        .toByteArray();
  }

  /**
   * The reference to a content that is sealed in its envelope's record.
   *
   * @param sha256 of the content; not copied
   */
  static ContentReference sealed(QueueId queueId, long size, byte[] sha256) {
    return AcceptedContent.own(queueId)
        .setSize(size)
        .setSha256(UnsafeByteOperations.unsafeWrap(sha256))
        .build();
  }

  /**
   * @param offsets of all chunks, in their order
   * @param size of the whole content
   * @param sha256 of the whole content; not copied
   */
  static ContentReference reference(
      String topic, QueueId queueId, List<Long> offsets, long size, byte[] sha256) {
    ContentReference.Builder reference =
        ContentReference.newBuilder()
            .setTopic(topic)
            .setPartition(queueId.partition())
            .setQueueId(queueId.value())
            .setFirstOffset(offsets.getFirst())
            .setLastOffset(offsets.getLast())
            .setSize(size)
            .setSha256(UnsafeByteOperations.unsafeWrap(sha256));
    for (int i = 1; i < offsets.size(); i++) {
      reference.addChunkSteps(Math.toIntExact(offsets.get(i) - offsets.get(i - 1)));
    }
    return reference.build();
  }
}
