/** The resize profile `torchvision` against torchvision: the golden file, and fresh cases where it is installed. */

import { torchPython } from '../support/requirements.js';
import { libraryTests } from '../support/resize_library.js';

libraryTests('torchvision', torchPython, { optional: true });
