package io.postern.log.directory;

import io.postern.contracts.Fingerprints;
import io.postern.contracts.v1.AnchorSet;
import io.postern.contracts.v1.DirectoryObject;

/** What a reader of the directory keeps of anchor sets, the largest objects in it. */
public enum AnchorSets {
  /** All of them, where chains are validated or administrators read. */
  WHOLE {
    @Override
    DirectoryObject kept(DirectoryObject object) {
      return object;
    }
  },
  /** Names and versions, where verdicts are asked for. */
  VERSIONS {
    @Override
    DirectoryObject kept(DirectoryObject object) {
      if (!object.hasAnchorSet()) {
        return object;
      }
      AnchorSet set = object.getAnchorSet();
      return object.toBuilder()
          .setAnchorSet(
              set.toBuilder()
                  .clearCertificates()
                  .clearDistrusted()
                  .setVersion(Fingerprints.anchorSetVersion(set)))
          .build();
    }
  };

  abstract DirectoryObject kept(DirectoryObject object);
}
