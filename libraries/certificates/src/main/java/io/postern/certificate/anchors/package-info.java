/** Trust anchors: the installation's default set and those of the organizations. */
@NullMarked
package io.postern.certificate.anchors;

import org.jspecify.annotations.NullMarked;
