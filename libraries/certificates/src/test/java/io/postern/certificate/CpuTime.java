package io.postern.certificate;

import java.lang.management.ManagementFactory;
import java.time.Duration;

/** How long a thread computes, however much of the machine others use meanwhile. */
public final class CpuTime {
  private final Thread thread = Thread.currentThread();
  private final long began = now();

  private CpuTime() {}

  /** Of the calling thread, from now on; a platform thread. */
  public static CpuTime measure() {
    return new CpuTime();
  }

  /** So far; on the same thread. */
  public Duration used() {
    if (Thread.currentThread() != thread) {
      throw new IllegalStateException("another thread's time");
    }
    return Duration.ofNanos(now() - began);
  }

  private static long now() {
    return ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
  }
}
