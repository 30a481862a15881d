package io.postern.log.content;

import io.postern.contracts.v1.ContentSegment;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The segments of one content, one after the other. Owner: one thread. */
final class SegmentedStream implements ContentStream {
  private final ContentReader reader;
  private final List<ContentSegment> segments;
  private final Duration patience;
  private int index;
  private @Nullable Passage passage;

  SegmentedStream(ContentReader reader, List<ContentSegment> segments, Duration patience) {
    this.reader = reader;
    this.segments = List.copyOf(segments);
    this.patience = patience;
    // The first reference is read while the caller still connects and sends the inline segment
    // before it.
    for (ContentSegment segment : segments) {
      if (segment.hasReference()) {
        passage = reader.begin(segment.getReference());
        break;
      }
    }
  }

  @Override
  public @Nullable ByteBuffer next() throws ContentException {
    while (index < segments.size()) {
      ContentSegment segment = segments.get(index);
      ByteBuffer buffer =
          switch (segment.getSegmentCase()) {
            case INLINE -> {
              index++;
              yield Slices.of(segment.getInline());
            }
            case REFERENCE -> {
              Passage reading = passage == null ? reader.begin(segment.getReference()) : passage;
              passage = reading;
              ByteBuffer read = reading.next(patience);
              if (read == null) {
                passage = null;
                index++;
              }
              yield read;
            }
            case SEGMENT_NOT_SET ->
                throw new ContentException(
                    ContentException.Kind.DAMAGED, "a segment of a kind that is not known", null);
          };
      if (buffer != null && buffer.hasRemaining()) {
        return buffer;
      }
    }
    return null;
  }

  @Override
  public void close() {
    index = segments.size();
    if (passage != null) {
      passage.close();
      passage = null;
    }
  }
}
