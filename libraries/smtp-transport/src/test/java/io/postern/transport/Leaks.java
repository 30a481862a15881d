package io.postern.transport;

import io.netty.util.ResourceLeakDetector;
import io.netty.util.ResourceLeakDetectorFactory;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Every engine, context and buffer of these tests is watched by Netty's paranoid leak detector. */
final class Leaks {
  static final Queue<String> FOUND = new ConcurrentLinkedQueue<>();

  private Leaks() {}

  /** Before the first TLS class is loaded. */
  static void watch() {
    ResourceLeakDetector.setLevel(ResourceLeakDetector.Level.PARANOID);
    ResourceLeakDetectorFactory.setResourceLeakDetectorFactory(
        new ResourceLeakDetectorFactory() {
          @Override
          @SuppressWarnings({"deprecation", "removal"})
          public <T> ResourceLeakDetector<T> newResourceLeakDetector(
              Class<T> resource, int interval, long maxActive) {
            return new Watching<>(resource, interval);
          }
        });
  }

  private static final class Watching<T> extends ResourceLeakDetector<T> {
    Watching(Class<?> resource, int interval) {
      super(resource, interval);
    }

    @Override
    protected boolean needReport() {
      return true;
    }

    @Override
    protected void reportTracedLeak(String type, String records) {
      FOUND.add(type + records);
    }

    @Override
    protected void reportUntracedLeak(String type) {
      FOUND.add(type);
    }
  }
}
