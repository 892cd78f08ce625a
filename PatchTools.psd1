@{
    RootModule = 'bin/PatchTools.dll'
    ModuleVersion = '0.1.0'
    GUID = '6f0c3a51-6c1d-4b0e-9d2f-5b7f3f6f7c11'
    Author = 'PatchTools contributors'
    CompanyName = 'PatchTools contributors'
    Copyright = 'Copyright PatchTools contributors. Apache License 2.0.'
    Description = 'Scans Linux hosts against AWS Systems Manager patch baselines, explains every decision, installs what is missing, and reports compliance to SSM. Works without AWS too.'
    PowerShellVersion = '7.4'
    CompatiblePSEditions = @('Core')
    FormatsToProcess = @('PatchTools.Format.ps1xml')
    TypesToProcess = @('PatchTools.Types.ps1xml', 'PatchTools.Texts.ps1xml')
    # Before the types, which name methods of it.
    RequiredAssemblies = @('bin/PatchTools.dll')
    CmdletsToExport = @(
        'Export-PatchBaseline'
        'Export-PatchInventory'
        'Export-PatchReport'
        'Get-PatchFleetCompliance'
        'Get-PatchInventory'
        'Get-PatchPlan'
        'Get-PatchSnapshot'
        'Get-PatchSummary'
        'Invoke-PatchBaseline'
        'New-PatchApprovalRule'
        'New-PatchBaseline'
        'Publish-PatchSummary'
        'Save-PatchPayload'
        'Start-PatchFleetOperation'
        'Test-PatchBaseline'
        'Test-PatchCompliance'
        'Test-PatchRebootRequired'
    )
    FunctionsToExport = @()
    VariablesToExport = @()
    AliasesToExport = @()
    PrivateData = @{
        PSData = @{
            Tags = @('PSEdition_Core', 'Linux', 'AWS', 'SSM', 'Patch')
            LicenseUri = 'https://www.apache.org/licenses/LICENSE-2.0'
            ReleaseNotes = 'See CHANGELOG.md.'
        }
    }
}
