/** Sets an installation up: certificates of its links, the topics and each service's rights. */
@NullMarked
package io.postern.operator.setup;

import org.jspecify.annotations.NullMarked;
