using System.Buffers;
using System.Globalization;
using System.IO.Compression;
using System.Text.Json;
using PatchTools.Errors;
using VersionRow = PatchTools.PackageCatalog.VersionRow;

namespace PatchTools.Inventories;

/// <summary>
/// An inventory as a file that another host can evaluate: one JSON document, compressed with gzip. Nothing that an
/// evaluation looks at is lost, and versions keep their identity and order. Repeated words, origins and sets of origins
/// are written once and referred to by number.
/// </summary>
/// <remarks>
/// A package is <c>[name, architecture, [version…]]</c>, a version
/// <c>[edition, priority, section, set of origins, metadata hash, build time, set of advisories]</c> without the zeros
/// at its end; words are numbers into <c>words</c>. An installed package names its version by its place in the package.
/// </remarks>
internal static class InventoryFile
{
    /// <summary>First member of the document. A reader takes no other.</summary>
    public const string Format = "patchtools-inventory/1";

    /// <summary>Plain bytes that a document may have: the largest real inventories have a tenth.</summary>
    internal const int MaxBytes = 128 << 20;

    private const int FlushBytes = 64 << 10;

    /// <summary>Writes the document; leaves the stream open.</summary>
    public static async Task WriteAsync(
        HostInventory inventory,
        Stream destination,
        CancellationToken cancellationToken
    )
    {
        await using var compressed = new GZipStream(destination, CompressionLevel.Optimal, leaveOpen: true);
        await using var json = new Utf8JsonWriter(compressed);
        json.WriteStartObject();
        json.WriteString("format", Format);
        json.WriteString("family", inventory.Family.ToString());
        json.WriteString("packageManager", inventory.PackageManager);
        json.WriteString("capturedAt", inventory.CapturedAt);
        WriteHost(json, inventory);
        json.WriteStartArray("warnings");
        foreach (var warning in inventory.Warnings)
            json.WriteStringValue(warning);
        json.WriteEndArray();
        if (inventory.HostPolicy.Count > 0)
            WriteStrings(json, "hostPolicy", inventory.HostPolicy);
        if (inventory.Doubts.Count > 0)
            WriteStrings(json, "doubts", inventory.Doubts);
        if (inventory.Cautions.Count > 0)
            WriteStrings(json, "cautions", inventory.Cautions);
        WriteRepositories(json, inventory.Repositories);
        await WriteCatalogAsync(json, inventory.Packages, cancellationToken);
        json.WriteEndObject();
        await json.FlushAsync(cancellationToken);
    }

    /// <summary>Reads a document; its origin is <see cref="InventoryOrigin.File"/>.</summary>
    /// <exception cref="PatchToolsException"><see cref="PatchErrors.InventoryMalformed"/>, naming the place;
    /// <see cref="PatchErrors.InventoryTooLarge"/>.</exception>
    public static async Task<HostInventory> ReadAsync(Stream source, CancellationToken cancellationToken)
    {
        var (bytes, length) = await DecompressAsync(source, cancellationToken);
        try
        {
            return new InventoryDocument(bytes.AsMemory(0, length)).Read();
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(bytes);
        }
    }

    private static async Task<(byte[] Bytes, int Length)> DecompressAsync(
        Stream source,
        CancellationToken cancellationToken
    )
    {
        var buffer = ArrayPool<byte>.Shared.Rent(1 << 20);
        var used = 0;
        try
        {
            await using var plain = new GZipStream(source, CompressionMode.Decompress, leaveOpen: true);
            while (await plain.ReadAsync(buffer.AsMemory(used), cancellationToken) is var count and > 0)
            {
                used += count;
                if (used > MaxBytes)
                    throw new PatchToolsException(
                        PatchErrors.InventoryTooLarge,
                        $"The inventory holds more than {MaxBytes >> 20} MiB."
                    );
                if (used == buffer.Length)
                {
                    var larger = ArrayPool<byte>.Shared.Rent(used * 2);
                    buffer.AsSpan(0, used).CopyTo(larger);
                    ArrayPool<byte>.Shared.Return(buffer);
                    buffer = larger;
                }
            }
        }
        catch (Exception e)
        {
            ArrayPool<byte>.Shared.Return(buffer);
            if (e is IOException)
                throw new PatchToolsException(
                    PatchErrors.InventoryMalformed,
                    $"The inventory cannot be read after {used} plain bytes: {e.Message}",
                    null,
                    e
                );
            if (e is InvalidDataException)
                throw new PatchToolsException(
                    PatchErrors.InventoryMalformed,
                    $"The inventory is not a gzip-compressed document, or is cut off after {used} plain bytes: "
                        + $"{e.Message}",
                    null,
                    e
                );
            throw;
        }

        return (buffer, used);
    }

    private static void WriteHost(Utf8JsonWriter json, HostInventory inventory)
    {
        var system = inventory.OperatingSystem;
        json.WriteStartObject("operatingSystem");
        json.WriteString("id", system.Id);
        json.WriteStartArray("idLike");
        foreach (var id in system.IdLike)
            json.WriteStringValue(id);
        json.WriteEndArray();
        json.WriteString("versionId", system.VersionId);
        json.WriteString("codename", system.Codename);
        json.WriteString("prettyName", system.PrettyName);
        json.WriteString("name", system.Name);
        if (system.SupportEnd is { } end)
            json.WriteString("supportEnd", end.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        json.WriteEndObject();

        json.WriteStartObject("facts");
        WriteTime(json, "bootTime", inventory.Facts.BootTime);
        json.WriteString("runningKernel", inventory.Facts.RunningKernel);
        if (inventory.Facts.RunningKernelBuilt is { } built)
            json.WriteString("runningKernelBuilt", built.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture));
        json.WriteBoolean("appliesLivePatches", inventory.Facts.AppliesLivePatches);
        json.WriteString("hostName", inventory.Facts.HostName);
        json.WriteNumber("lastNoRebootInstall", inventory.Facts.PriorStates.LastNoRebootInstallOperationTime);
        json.WriteStartArray("priorStates");
        foreach (var (title, state) in inventory.Facts.PriorStates.States)
        {
            json.WriteStartObject();
            json.WriteString("title", title);
            json.WriteString("id", state.Id);
            json.WriteString("state", state.State);
            WriteEpoch(json, state.InstalledTime);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteEndObject();
    }

    private static void WriteRepositories(Utf8JsonWriter json, IReadOnlyList<RepositoryHealth> repositories)
    {
        json.WriteStartArray("repositories");
        foreach (var repository in repositories)
        {
            json.WriteStartObject();
            json.WriteString("name", repository.Name);
            json.WriteString("status", repository.Status.ToString());
            if (repository.Message is { } message)
                json.WriteString("message", message);
            WriteTime(json, "publishedAt", repository.PublishedAt);
            WriteTime(json, "refreshedAt", repository.RefreshedAt);
            WriteTime(json, "validUntil", repository.ValidUntil);
            WriteTime(json, "vendorValidUntil", repository.VendorValidUntil);
            json.WriteBoolean("trusted", repository.Trusted);
            json.WriteBoolean("skipIfUnavailable", repository.SkipIfUnavailable);
            json.WriteBoolean("hasUsableMetadata", repository.HasUsableMetadata);
            if (repository.HasAdvisories is { } hasAdvisories)
                json.WriteBoolean("hasAdvisories", hasAdvisories);
            if (repository.IsOperatingSystem is { } isOperatingSystem)
                json.WriteBoolean("isOperatingSystem", isOperatingSystem);
            if (repository.NotVerified is { } notVerified)
                json.WriteString("notVerified", notVerified);
            if (!repository.ProvesByItself)
                json.WriteBoolean("provesByItself", false);
            WriteTime(json, "newestFile", repository.NewestFile);
            json.WriteEndObject();
        }

        json.WriteEndArray();
    }

    private static async Task WriteCatalogAsync(
        Utf8JsonWriter json,
        PackageCatalog catalog,
        CancellationToken cancellationToken
    )
    {
        json.WriteString("nativeArchitecture", catalog.NativeArchitecture);
        json.WriteStartArray("words");
        foreach (var word in catalog.Words)
            json.WriteStringValue(word);
        json.WriteEndArray();
        WriteOrigins(json, catalog);
        WriteAdvisories(json, catalog);
        json.WriteStartArray("packages");
        for (var i = 0; i < catalog.Count; i++)
        {
            WritePackage(json, catalog, i);
            if (json.BytesPending < FlushBytes)
                continue;
            await json.FlushAsync(cancellationToken);
        }

        json.WriteEndArray();
        json.WriteStartArray("installed");
        var packages = catalog.Where(p => p.IsInstalled).ToDictionary(p => (p.Name, p.Architecture));
        foreach (var installed in catalog.Installed)
            WriteInstalled(json, packages[(installed.Name, installed.Architecture)], installed);
        json.WriteEndArray();
    }

    private static void WriteOrigins(Utf8JsonWriter json, PackageCatalog catalog)
    {
        json.WriteStartArray("origins");
        foreach (var origin in catalog.Origins)
        {
            json.WriteStartObject();
            json.WriteString("archive", origin.Archive);
            json.WriteString("codename", origin.Codename);
            json.WriteString("label", origin.Label);
            json.WriteString("vendor", origin.Vendor);
            json.WriteString("component", origin.Component);
            json.WriteString("site", origin.Site);
            json.WriteString("architecture", origin.Architecture);
            json.WriteBoolean("trusted", origin.Trusted);
            json.WriteNumber("repository", origin.Repository);
            if (origin.HiddenBecause is { } because)
                json.WriteString("hiddenBecause", because);
            json.WriteEndObject();
        }

        json.WriteEndArray();
        json.WriteStartArray("originSets");
        foreach (var set in catalog.OriginSets)
        {
            json.WriteStartArray();
            foreach (var origin in set)
                json.WriteNumberValue(origin);
            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WriteAdvisories(Utf8JsonWriter json, PackageCatalog catalog)
    {
        json.WriteStartArray("advisorySets");
        foreach (var set in catalog.AdvisorySets)
        {
            json.WriteStartArray();
            foreach (var advisory in set)
            {
                json.WriteStartObject();
                json.WriteString("id", advisory.Id);
                json.WriteString("classification", advisory.Classification);
                json.WriteString("severity", advisory.Severity);
                WriteTime(json, "date", advisory.Date);
                WriteStrings(json, "cveIds", advisory.CveIds);
                WriteStrings(json, "bugzillaIds", advisory.BugzillaIds);
                if (advisory.RebootSuggested)
                    json.WriteBoolean("rebootSuggested", true);
                if (advisory.RestartSuggested)
                    json.WriteBoolean("restartSuggested", true);
                json.WriteEndObject();
            }

            json.WriteEndArray();
        }

        json.WriteEndArray();
    }

    private static void WritePackage(Utf8JsonWriter json, PackageCatalog catalog, int index)
    {
        ref readonly var package = ref catalog.PackageRows[index];
        json.WriteStartArray();
        json.WriteStringValue(catalog.Arena.AsSpan(package.NameOffset, package.NameLength));
        json.WriteNumberValue(package.Architecture);
        json.WriteStartArray();
        for (var i = package.FirstVersion; i >= 0; i = catalog.VersionRows[i].Next)
            WriteVersion(json, catalog, in catalog.VersionRows[i]);
        json.WriteEndArray();
        json.WriteEndArray();
    }

    private static void WriteVersion(Utf8JsonWriter json, PackageCatalog catalog, in VersionRow version)
    {
        json.WriteStartArray();
        json.WriteStringValue(catalog.Arena.AsSpan(version.TextOffset, version.TextLength));
        Span<ulong> columns =
        [
            version.Priority,
            version.Section,
            (ulong)version.OriginSet,
            version.MetadataHash,
            version.BuildTime,
            (ulong)version.Advisories,
        ];
        foreach (var column in columns.TrimEnd(0UL))
            json.WriteNumberValue(column);
        json.WriteEndArray();
    }

    private static void WriteInstalled(Utf8JsonWriter json, PackageEntry package, InstalledPackage installed)
    {
        json.WriteStartObject();
        json.WriteNumber("package", package.Index);
        var place = 0;
        foreach (var version in package.Versions)
        {
            if (version.IsInstalled && version.Edition == installed.Edition)
                break;
            place++;
        }

        json.WriteNumber("version", place);
        json.WriteString("status", installed.Status);
        if (installed.Vendor.Length > 0)
            json.WriteString("vendor", installed.Vendor);
        WriteTrue(json, "held", installed.IsHeld);
        WriteTrue(json, "auto", installed.IsAutoInstalled);
        WriteTrue(json, "broken", installed.IsBroken);
        if (installed.LeftoverEdition is { } leftover)
            json.WriteString("leftover", leftover);
        WriteEpoch(json, installed.InstalledTime);
        if (installed.CandidateEdition is { } candidate)
            json.WriteString("candidate", candidate);
        if (installed.PolicyNote is { } note)
            json.WriteString("policyNote", note);
        if (installed.PhasedPercentage is { } percentage)
            json.WriteNumber("phasedPercentage", percentage);
        WriteEditions(json, "refused", installed.RefusedEditions);
        WriteEditions(json, "unchosen", installed.UnchosenEditions);
        json.WriteEndObject();
    }

    private static void WriteEditions(Utf8JsonWriter json, string name, IReadOnlyList<RefusedEdition> editions)
    {
        if (editions.Count == 0)
            return;
        json.WriteStartArray(name);
        foreach (var refused in editions)
        {
            json.WriteStringValue(refused.Edition);
            json.WriteStringValue(refused.Reason);
        }

        json.WriteEndArray();
    }

    private static void WriteEpoch(Utf8JsonWriter json, EpochTime? epoch)
    {
        if (epoch is not { } time)
            return;
        json.WriteNumber("time", time.Seconds);
        WriteTrue(json, "timeIsFractional", time.IsFractional);
    }

    private static void WriteTrue(Utf8JsonWriter json, string name, bool value)
    {
        if (value)
            json.WriteBoolean(name, value);
    }

    private static void WriteTime(Utf8JsonWriter json, string name, DateTimeOffset? time)
    {
        if (time is { } known)
            json.WriteString(name, known);
    }

    private static void WriteStrings(Utf8JsonWriter json, string name, IReadOnlyList<string> values)
    {
        json.WriteStartArray(name);
        foreach (var value in values)
            json.WriteStringValue(value);
        json.WriteEndArray();
    }
}
