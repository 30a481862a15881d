package io.postern.log.content;

import io.postern.contracts.Topics;
import io.postern.contracts.v1.ContentReference;
import io.postern.contracts.v1.ContentSegment;
import io.postern.log.LogSettings;
import io.postern.log.sealing.ContentKeys;
import java.time.Duration;
import java.util.List;

/**
 * Reader of contents (docs/design/the-log.md, "Home partition and content"): many at once, in
 * batches per partition and in offset order. Any thread may open; each stream has one owner. Three
 * threads of its own read: one scans forward with large fetches and begins every fresh content; one
 * with small fetches reads contents behind the scan (retries, held mail, a slow destination's); one
 * with the largest fetches reads contents above 1 MiB behind the scan, and their parts beyond the
 * first window. So a slow peer delays nobody.
 *
 * <p>Bounds: at most 1 MiB of a content is read ahead, and one chunk once 16 MiB are buffered over
 * all streams; 8 MiB of records of the first two threads and 2 MiB of the third are kept for
 * streams that need them a moment later; a fetch of a partition is 512 KiB, 128 KiB and 1 MiB, 4
 * MiB in all (1 MiB of the second). A log that does not answer within the patience is a {@link
 * ContentException} of kind UNAVAILABLE. Contents that are sealed in envelopes' records are opened
 * by their streams' owners ({@link ContentKeys}).
 */
public final class ContentReader implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(15);
  private static final int SCAN_FETCH = 512 * 1024;
  private static final int LATE_FETCH = 128 * 1024;
  private static final int SCAN_KEPT = 8 << 20;
  // A slow destination's deliveries come nearly in order: neighbours of the records just read.
  private static final int LATE_KEPT = 8 << 20;
  private static final int LARGE = 1 << 20;
  private static final int LARGE_FETCH = 1 << 20;
  private static final int LARGE_KEPT = 2 << 20;

  private final Duration patience;
  private final ContentBudget budget = new ContentBudget();
  private final ContentKeys keys;
  private final ContentLane late;
  private final ContentLane large;
  private final ContentLane scan;

  /** Begins to read when the first stream is opened; the log may be away. */
  public ContentReader(LogSettings settings) {
    this(settings, PATIENCE);
  }

  /**
   * @param patience longest wait for the next buffer
   */
  public ContentReader(LogSettings settings, Duration patience) {
    this.patience = patience;
    keys = new ContentKeys(settings);
    late = new ContentLane("content-late", settings, LATE_FETCH, LATE_KEPT, null);
    large = new ContentLane("content-large", settings, LARGE_FETCH, LARGE_KEPT, null);
    scan = new ContentLane("content-scan", settings, SCAN_FETCH, SCAN_KEPT, this::behind);
    late.start();
    large.start();
    scan.start();
  }

  /**
   * Opens a content and begins to read its first reference. Does not block; the stream throws if
   * the content cannot be read.
   */
  public ContentStream open(List<ContentSegment> segments) {
    return new SegmentedStream(this, segments, patience);
  }

  /** Ends the threads; open streams get UNAVAILABLE. */
  @Override
  public void close() {
    scan.close();
    late.close();
    large.close();
  }

  /** Bytes buffered over all streams now. */
  public long buffered() {
    return budget.bytes();
  }

  /**
   * Bytes of content that came from Kafka since the start. Above {@link #used} by what was fetched
   * twice, or was fetched and not wanted.
   */
  public long fetched() {
    return scan.fetched() + late.fetched() + large.fetched();
  }

  /** Bytes of content that streams took since the start. */
  public long used() {
    return scan.used() + late.used() + large.used();
  }

  Passage begin(ContentReference reference) {
    Passage passage = new Passage(reference, budget, keys, this::behind);
    if (reference.getTopic().equals(Topics.MAIL_CONTENT_HELD)) {
      behind(passage);
    } else {
      scan.add(passage);
    }
    return passage;
  }

  private void behind(Passage passage) {
    (passage.size() > LARGE ? large : late).add(passage);
  }
}
