<#
.SYNOPSIS
    Builds, tests and packs PatchTools.
.DESCRIPTION
    Needs the .NET SDK alone. Runs in pwsh and in the module's own host:
        dotnet run --project src/PatchTools.Host -c Release -- -File build.ps1 -Task Build
    Only the language, .NET and native commands are used, because that host has no other commands.
.PARAMETER Task
    Build stages the importable module in artifacts/PatchTools. Test builds and runs every test. Pack builds the commit that is checked out, in a folder of its own,
    so that the same commit gives the same bytes wherever and whenever it is packed, and makes in artifacts:
        PatchTools.VERSION.nupkg                        for a PowerShell gallery
        PatchTools-VERSION.tar.gz                       the bundle of Save-PatchPayload and of the SSM documents, for a bucket
        patchtools-host-VERSION-linux-ARCHITECTURE.tar.gz   the console host with the module and .NET itself, for machines without either
        PatchTools-VERSION.cdx.json                     the software bill of materials (CycloneDX): every NuGet package in what is packed
        host                                            the same without .NET, as a folder
    Beside each archive stands its SHA-256 in the form of sha256sum.
#>
[CmdletBinding()]
param(
    [ValidateSet('Build', 'Test', 'Pack')]
    [string] $Task = 'Build',

    [ValidateSet('Debug', 'Release')]
    [string] $Configuration = 'Release'
)

Set-StrictMode -Version 3.0
$ErrorActionPreference = 'Stop'
$artifacts = [System.IO.Path]::Combine($PSScriptRoot, 'artifacts')
$module = [System.IO.Path]::Combine($artifacts, 'PatchTools')

function Invoke-Dotnet {
    & dotnet @args
    if ($LASTEXITCODE -ne 0) { throw "dotnet $($args -join ' ') ended with $LASTEXITCODE." }
}

function Get-ManifestVersion {
    $manifest = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($PSScriptRoot, 'PatchTools.psd1'))
    if ($manifest -notmatch "ModuleVersion\s*=\s*'([0-9.]+)'") { throw 'PatchTools.psd1 has no ModuleVersion.' }
    $Matches[1]
}

# What an earlier build left in the staged folder must not travel in a package.
function Clear-Folder([string] $Path) {
    if ([System.IO.Directory]::Exists($Path)) { [System.IO.Directory]::Delete($Path, $true) }
}

function Build {
    Invoke-Dotnet build ([System.IO.Path]::Combine($PSScriptRoot, 'src', 'PatchTools.Host')) -c $Configuration
}

function Test {
    Invoke-Dotnet test ([System.IO.Path]::Combine($PSScriptRoot, 'PatchTools.sln')) -c $Configuration
}

function Invoke-Git {
    $said = & git -C $PSScriptRoot @args
    if ($LASTEXITCODE -ne 0) { throw "git $($args -join ' ') ended with $LASTEXITCODE." }
    $said
}

# In the form of sha256sum, beside the file.
function Write-Checksum([string] $Path) {
    $hash = [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([System.IO.File]::ReadAllBytes($Path))).ToLowerInvariant()
    [System.IO.File]::WriteAllText("$Path.sha256", "$hash  $([System.IO.Path]::GetFileName($Path))`n")
}

# Every file below a folder, in ordinal order, with the path that it has there.
function Get-PackedFile([string] $Folder) {
    $names = [System.Collections.Generic.List[string]]::new()
    foreach ($file in [System.IO.Directory]::EnumerateFiles($Folder, '*', 'AllDirectories')) { $names.Add([System.IO.Path]::GetRelativePath($Folder, $file)) }
    $names.Sort([System.StringComparer]::Ordinal)
    $names
}

function Test-Elf([string] $Path) {
    $file = [System.IO.File]::OpenRead($Path)
    try { $file.ReadByte() -eq 0x7F -and $file.ReadByte() -eq 0x45 -and $file.ReadByte() -eq 0x4C -and $file.ReadByte() -eq 0x46 } finally { $file.Dispose() }
}

# Nothing of the machine goes into it: names in ordinal order, the commit's time, owner 0, and a mode that hangs on the content: programs and native libraries (ELF)
# can be run, whatever the package they came from says of itself.
function Write-TarGz([string] $Folder, [string] $Root, [string] $Path, [DateTimeOffset] $Time) {
    $file = [System.IO.File]::Create($Path)
    try {
        $gzip = [System.IO.Compression.GZipStream]::new($file, [System.IO.Compression.CompressionLevel]::SmallestSize)
        try {
            $tar = [System.Formats.Tar.TarWriter]::new($gzip, [System.Formats.Tar.TarEntryFormat]::Ustar)
            try {
                foreach ($name in Get-PackedFile $Folder) {
                    $full = [System.IO.Path]::Combine($Folder, $name)
                    $entry = [System.Formats.Tar.UstarTarEntry]::new([System.Formats.Tar.TarEntryType]::RegularFile, "$Root/$name")
                    $entry.ModificationTime = $Time
                    $entry.Mode = if (Test-Elf $full) { 'UserRead, UserWrite, UserExecute, GroupRead, GroupExecute, OtherRead, OtherExecute' } else { 'UserRead, UserWrite, GroupRead, OtherRead' }
                    $entry.DataStream = [System.IO.File]::OpenRead($full)
                    try { $tar.WriteEntry($entry) } finally { $entry.DataStream.Dispose() }
                }
            }
            finally { $tar.Dispose() }
        }
        finally { $gzip.Dispose() }
    }
    finally { $file.Dispose() }
    Write-Checksum $Path
}

# A package as galleries take it: the module at its root, and the three parts that NuGet wants (Open Packaging Conventions).
function Write-Package([string] $Folder, [string] $Path, [DateTimeOffset] $Time) {
    $manifest = Test-ModuleManifest ([System.IO.Path]::Combine($Folder, 'PatchTools.psd1')) -ErrorAction Stop
    $escape = { param($Text) [System.Security.SecurityElement]::Escape($Text) }
    $tags = @('PSModule') + $manifest.Tags + @('PSIncludes_Cmdlet') + @($manifest.ExportedCmdlets.Keys.ForEach({ "PSCmdlet_$_" })) + @($manifest.ExportedCmdlets.Keys.ForEach({ "PSCommand_$_" }))
    $nuspec = @"
<?xml version="1.0" encoding="utf-8"?>
<package xmlns="http://schemas.microsoft.com/packaging/2011/08/nuspec.xsd">
  <metadata>
    <id>$($manifest.Name)</id>
    <version>$($manifest.Version)</version>
    <authors>$(& $escape $manifest.Author)</authors>
    <owners>$(& $escape $manifest.CompanyName)</owners>
    <requireLicenseAcceptance>false</requireLicenseAcceptance>
    <licenseUrl>$(& $escape $manifest.LicenseUri)</licenseUrl>
    <description>$(& $escape $manifest.Description)</description>
    <releaseNotes>$(& $escape $manifest.ReleaseNotes)</releaseNotes>
    <copyright>$(& $escape $manifest.Copyright)</copyright>
    <tags>$(& $escape ($tags -join ' '))</tags>
  </metadata>
</package>
"@
    $relationships = @'
<?xml version="1.0" encoding="utf-8"?>
<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
  <Relationship Type="http://schemas.microsoft.com/packaging/2010/07/manifest" Target="/PatchTools.nuspec" Id="R1" />
</Relationships>
'@
    $files = @(Get-PackedFile $Folder)
    $endings = [System.Collections.Generic.SortedSet[string]]::new([System.StringComparer]::Ordinal)
    $bare = [System.Collections.Generic.List[string]]::new()
    foreach ($name in $files) {
        $ending = [System.IO.Path]::GetExtension($name).TrimStart('.').ToLowerInvariant()
        if ($ending) { [void]$endings.Add($ending) } else { $bare.Add($name) }
    }
    $types = '<?xml version="1.0" encoding="utf-8"?>' + "`n" + '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">' + "`n" +
        '  <Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml" />' + "`n" + '  <Default Extension="nuspec" ContentType="application/octet" />' + "`n" +
        (-join @($endings).ForEach({ "  <Default Extension=`"$_`" ContentType=`"application/octet`" />`n" })) + (-join $bare.ForEach({ "  <Override PartName=`"/$_`" ContentType=`"application/octet`" />`n" })) + '</Types>' + "`n"

    $file = [System.IO.File]::Create($Path)
    try {
        $zip = [System.IO.Compression.ZipArchive]::new($file, [System.IO.Compression.ZipArchiveMode]::Create)
        try {
            $utf8 = [System.Text.UTF8Encoding]::new($false)
            $parts = [ordered]@{ '[Content_Types].xml' = $types; '_rels/.rels' = "$relationships`n"; 'PatchTools.nuspec' = "$nuspec`n" }
            foreach ($name in @($parts.Keys) + $files) {
                $content = if ($parts.Contains($name)) { $utf8.GetBytes($parts[$name].Replace("`r`n", "`n")) } else { [System.IO.File]::ReadAllBytes([System.IO.Path]::Combine($Folder, $name)) }
                $entry = $zip.CreateEntry($name, [System.IO.Compression.CompressionLevel]::SmallestSize)
                $entry.LastWriteTime = $Time
                $entry.ExternalAttributes = 0
                $stream = $entry.Open()
                try { $stream.Write($content, 0, $content.Length) } finally { $stream.Dispose() }
            }
        }
        finally { $zip.Dispose() }
    }
    finally { $file.Dispose() }
}

# The bill of materials of what was restored. The tool writes when it ran; the commit's time stands there instead, so that the bytes stay the same.
function Write-Materials([string] $Source, [string] $Version, [string] $Path, [DateTimeOffset] $Time) {
    $run = 'cd "$0" && dotnet tool restore >/dev/null && exec dotnet tool run dotnet-CycloneDX -- "$@"'
    & sh -c $run $Source src/PatchTools.Host/PatchTools.Host.csproj --recursive --disable-package-restore --no-serial-number --configuration $Configuration `
        --exclude-filter Microsoft.CodeAnalysis.BannedApiAnalyzers --set-name PatchTools --set-version $Version --spec-version 1.6 --output-format Json `
        --output artifacts --filename materials.json
    if ($LASTEXITCODE -ne 0) { throw "The bill of materials could not be made: dotnet-CycloneDX ended with $LASTEXITCODE." }
    $text = [System.IO.File]::ReadAllText([System.IO.Path]::Combine($Source, 'artifacts', 'materials.json'))
    $stamp = $Time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", [cultureinfo]::InvariantCulture)
    [System.IO.File]::WriteAllText($Path, ($text -replace '("timestamp": ")[^"]*', "`${1}$stamp"))
    Write-Checksum $Path
}

function Pack {
    $version = Get-ManifestVersion
    $commit = Invoke-Git rev-parse HEAD
    $time = [DateTimeOffset]::FromUnixTimeSeconds([long](Invoke-Git log -1 --format=%ct))
    $changed = @(Invoke-Git status --porcelain --untracked-files=no)
    if ($changed.Count -gt 0) { Write-Warning "$($changed.Count) changed files are not packed: what is packed is the commit $commit." }

    # The files of the commit and nothing else: no build before this one can leave a trace, and the program that runs this script is not built over.
    $source = [System.IO.Path]::Combine($artifacts, 'pack')
    Clear-Folder $source
    [void][System.IO.Directory]::CreateDirectory($source)
    $archive = [System.IO.Path]::Combine($artifacts, 'pack.tar')
    Invoke-Git archive --format=tar --output=$archive HEAD
    [System.Formats.Tar.TarFile]::ExtractToDirectory($archive, $source, $true)
    [System.IO.File]::Delete($archive)

    $program = [System.IO.Path]::Combine($source, 'src', 'PatchTools.Host')
    # The folder's name stays out of the assemblies, and so does the search for a repository around it.
    # The build of the solution runs the analyzers; they take minutes and change nothing in what is packed.
    $same = @('-c', $Configuration, '-p:RunAnalyzers=false', "-p:PathMap=$source=/_", "-p:SourceRevisionId=$commit", '-p:EnableSourceControlManagerQueries=false', '-p:EnableSourceLink=false')
    $runnable = [System.IO.Path]::Combine($artifacts, 'host')
    Clear-Folder $runnable
    Invoke-Dotnet publish $program @same -o $runnable
    $staged = [System.IO.Path]::Combine($source, 'artifacts', 'PatchTools')

    $package = [System.IO.Path]::Combine($artifacts, "PatchTools.$version.nupkg")
    Write-Package $staged $package $time
    $bundle = [System.IO.Path]::Combine($artifacts, "PatchTools-$version.tar.gz")
    Write-TarGz $staged 'PatchTools' $bundle $time

    $materials = [System.IO.Path]::Combine($artifacts, "PatchTools-$version.cdx.json")
    Write-Materials $source $version $materials $time

    $whole = [System.IO.Path]::Combine($source, 'artifacts', 'patchtools-host')
    Invoke-Dotnet publish $program @same '-p:SelfContainedHost=true' -o $whole
    $platform = "linux-$([System.Runtime.InteropServices.RuntimeInformation]::OSArchitecture.ToString().ToLowerInvariant())"
    $standalone = [System.IO.Path]::Combine($artifacts, "patchtools-host-$version-$platform.tar.gz")
    Write-TarGz $whole 'patchtools-host' $standalone $time
    Clear-Folder $source
    "Packed $package, $bundle, $materials, $standalone and $runnable"
}

switch ($Task) {
    'Build' { Build }
    'Test' { Test }
    'Pack' { Pack }
}
