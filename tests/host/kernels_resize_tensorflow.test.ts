/** The resize profile `tensorflow` against TensorFlow: the golden file, and fresh cases where it is installed. */

import { tensorflowPython } from '../support/requirements.js';
import { libraryTests } from '../support/resize_library.js';

libraryTests('tensorflow', tensorflowPython, { optional: true });
