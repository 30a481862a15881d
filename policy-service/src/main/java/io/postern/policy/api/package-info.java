/** The REST API (docs/design/architecture.md, "Directory and administration"). */
@NullMarked
package io.postern.policy.api;

import org.jspecify.annotations.NullMarked;
