/**
 * @file Ends the install script of onnxruntime-node before it begins: on Linux it would download CUDA, and fail where
 * there is no way to NuGet. The engine itself is in the package. CommonJS, as that script asks for it.
 */

exports.bootstrap = () => process.exit(0);
