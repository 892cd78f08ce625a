<#
.SYNOPSIS
    Builds, tests and packs PatchTools.
.DESCRIPTION
    Needs the .NET SDK alone. Runs in pwsh and in the module's own host:
        dotnet run --project src/PatchTools.Host -c Release -- -File build.ps1 -Task Build
    Only the language, .NET and native commands are used, because that host has no other commands.
.PARAMETER Task
    Build stages the importable module in artifacts/PatchTools. Test builds and runs every test. Pack makes artifacts/PatchTools.VERSION.zip, the module
    as one folder, the same as PatchTools-VERSION.tar.gz with its SHA-256 beside it, which is what Save-PatchPayload and the SSM documents fetch, and
    artifacts/host, the host program compiled ahead of time.
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

# The bundle of Save-PatchPayload and of the SSM documents: its name holds the version, its checksum stands beside it in the form of sha256sum.
function New-Bundle([string] $Version) {
    $name = "PatchTools-$Version.tar.gz"
    $bundle = [System.IO.Path]::Combine($artifacts, $name)
    $file = [System.IO.File]::Create($bundle)
    try {
        $gzip = [System.IO.Compression.GZipStream]::new($file, [System.IO.Compression.CompressionLevel]::Optimal)
        try { [System.Formats.Tar.TarFile]::CreateFromDirectory($module, $gzip, $true) } finally { $gzip.Dispose() }
    }
    finally { $file.Dispose() }
    $hash = [System.Convert]::ToHexString([System.Security.Cryptography.SHA256]::HashData([System.IO.File]::ReadAllBytes($bundle))).ToLowerInvariant()
    [System.IO.File]::WriteAllText("$bundle.sha256", "$hash  $name`n")
    $bundle
}

function Pack {
    $version = Get-ManifestVersion
    Clear-Folder $module
    Build
    $package = [System.IO.Path]::Combine($artifacts, "PatchTools.$version.zip")
    if ([System.IO.File]::Exists($package)) { [System.IO.File]::Delete($package) }
    [System.IO.Compression.ZipFile]::CreateFromDirectory($module, $package, [System.IO.Compression.CompressionLevel]::Optimal, $true)
    $bundle = New-Bundle $version
    $program = [System.IO.Path]::Combine($artifacts, 'host')
    Clear-Folder $program
    Invoke-Dotnet publish ([System.IO.Path]::Combine($PSScriptRoot, 'src', 'PatchTools.Host')) -c $Configuration -o $program
    "Packed $package, $bundle and $program"
}

switch ($Task) {
    'Build' { Build }
    'Test' { Test }
    'Pack' { Pack }
}
