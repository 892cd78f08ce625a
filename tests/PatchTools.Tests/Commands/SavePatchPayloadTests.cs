using System.Formats.Tar;
using System.IO.Compression;
using System.Security.Cryptography;
using PatchTools.Errors;
using PatchTools.Testing;

namespace PatchTools.Tests.Commands;

/// <summary>The module's own bundle, as <c>build.ps1 -Task Pack</c> makes it.</summary>
public sealed class SavePatchPayloadTests : IDisposable
{
    private readonly TemporaryDirectory _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void The_staged_module_is_packed_and_installed_with_every_file()
    {
        var (bundle, hash) = Pack();
        using var session = new Session();

        var manifest = Assert.IsType<FileInfo>(
            Assert.Single(
                session.Run(
                    "Save-PatchPayload $args[0] -Sha256 $args[1] -Install -ModulePath $args[2]",
                    bundle,
                    hash,
                    Path.Combine(_folder.Path, "Modules")
                )
            )
        );

        Assert.Equal("PatchTools.psd1", manifest.Name);
        Assert.Equal("PatchTools", manifest.Directory!.Parent!.Name);
        Assert.Equal(Files(StagedModule.Folder), Files(manifest.DirectoryName!));
        Assert.Equal(
            [manifest.FullName],
            session.Run("(Test-ModuleManifest $args[0]).Path", manifest.FullName).Cast<string>()
        );
    }

    [Fact]
    public void Saving_with_WhatIf_fetches_nothing_and_writes_nothing()
    {
        using var session = new Session();
        Assert.Empty(
            session.Run(
                "Save-PatchPayload -BucketName no-such-bucket -Version 1.2.3 -Sha256 $args[0] -Install "
                    + "-ModulePath $args[1] -WhatIf",
                new string('0', 64),
                _folder.Path
            )
        );
        Assert.Contains(
            "\"Install the bundle s3://no-such-bucket/patchtools/PatchTools-1.2.3.tar.gz\"",
            session.Shown,
            StringComparison.Ordinal
        );
        Assert.Empty(Directory.GetFileSystemEntries(_folder.Path));
    }

    [Fact]
    public void A_bundle_is_saved_in_the_current_location()
    {
        var (bundle, hash) = Pack();
        using var session = new Session();

        var saved = session.Run(
            "[void]$ExecutionContext.SessionState.Path.SetLocation($args[2]); Save-PatchPayload $args[0] "
                + "-Sha256 $args[1]",
            bundle,
            hash,
            Directory.CreateDirectory(Path.Combine(_folder.Path, "here")).FullName
        );

        Assert.Equal(
            Path.Combine(_folder.Path, "here", "PatchTools.tar.gz"),
            Assert.IsType<FileInfo>(Assert.Single(saved)).FullName
        );
    }

    [Fact]
    public void Another_checksum_is_151_and_a_text_that_is_none_is_refused_by_the_binder()
    {
        var (bundle, _) = Pack();
        using var session = new Session();
        Assert.Equal(
            151,
            Assert
                .IsType<PatchToolsException>(
                    session
                        .ErrorOf(
                            "Save-PatchPayload $args[0] -Sha256 $args[1] -Path $args[2]",
                            bundle,
                            new string('0', 64),
                            _folder.Path
                        )
                        .Exception
                )
                .ExitCode
        );
        Assert.StartsWith(
            "ParameterArgumentValidationError,",
            session.ErrorOf("Save-PatchPayload $args[0] -Sha256 abc", bundle).FullyQualifiedErrorId,
            StringComparison.Ordinal
        );
        Assert.StartsWith(
            "AmbiguousParameterSet,",
            session
                .ErrorOf(
                    "Save-PatchPayload -Source $args[0] -BucketName b -Version 1.0 -Sha256 $args[1]",
                    bundle,
                    new string('0', 64)
                )
                .FullyQualifiedErrorId,
            StringComparison.Ordinal
        );
    }

    private (string Path, string Hash) Pack()
    {
        var path = _folder.File("PatchTools.tar.gz");
        using (var file = File.Create(path))
        using (var gzip = new GZipStream(file, CompressionLevel.Fastest))
            TarFile.CreateFromDirectory(StagedModule.Folder, gzip, includeBaseDirectory: true);
        return (path, Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(path))));
    }

    private static SortedDictionary<string, string> Files(string folder) =>
        new(
            Directory
                .GetFiles(folder, "*", SearchOption.AllDirectories)
                .ToDictionary(
                    file => Path.GetRelativePath(folder, file),
                    file => Convert.ToHexString(SHA256.HashData(File.ReadAllBytes(file)))
                ),
            StringComparer.Ordinal
        );
}
